import type { StreamName } from './channel.js';
import type { ParentHeader } from './protocol.js';

export interface StreamJoiner {
  write(name: StreamName, text: string, parent: ParentHeader): void;
  /** Sends what waits; call it before any other message, so that the order stays. */
  flush(): void;
}

/**
 * Joins the pieces of a stream, so that 20,000 prints are a few messages: Jupyter's server drops output above
 * 1000 messages a second. A piece waits at most `afterMs`.
 */
export function createStreamJoiner(
  send: (name: StreamName, text: string, parent: ParentHeader) => void,
  { afterMs = 30, atChars = 65_536 } = {},
): StreamJoiner {
  let waiting: { name: StreamName; parent: ParentHeader; pieces: string[]; chars: number } | undefined;
  let timer: NodeJS.Timeout | undefined;

  const flush = (): void => {
    clearTimeout(timer);
    timer = undefined;
    const full = waiting;
    waiting = undefined;
    if (full !== undefined) send(full.name, full.pieces.join(''), full.parent);
  };
  return {
    flush,
    write(name, text, parent) {
      const another =
        waiting !== undefined && (waiting.name !== name || waiting.parent.msg_id !== parent.msg_id);
      if (another) flush();
      waiting ??= { name, parent, pieces: [], chars: 0 };
      waiting.pieces.push(text);
      waiting.chars += text.length;
      if (waiting.chars >= atChars) flush();
      else timer ??= setTimeout(flush, afterMs);
    },
  };
}
