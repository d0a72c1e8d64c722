// One set-up of a clone at a time, by what the system itself frees when a process ends in any way: a name of an abstract socket.
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';

const LOOK_EVERY_MS = 300;

/**
 * Waits until no other process works on the folder, saying so once; from then on others wait for the end of this process and
 * of all that inherit the descriptor it returns (in `stdio` of spawn()): what outlives its killed set-up is waited for, too.
 */
export async function waitForTurn(folder, say) {
  const name = `\0voxlab-setup-${createHash('sha256').update(folder).digest('hex').slice(0, 32)}`;
  for (let said = false; ; ) {
    const server = createServer((socket) => socket.destroy());
    try {
      server.listen(name);
      await once(server, 'listening');
      server.unref();
      return server._handle.fd;
    } catch (error) {
      if (error.code !== 'EADDRINUSE') throw error;
    }
    if (!said) say('another set-up of this folder is running: waiting for its end');
    said = true;
    await new Promise((done) => setTimeout(done, LOOK_EVERY_MS));
  }
}
