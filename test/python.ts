import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, openSync, readFileSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inRepository } from '../src/paths.js';

/** The Python of the clone's environment, where the reference tools are. */
export const PYTHON = inRepository('.venv', 'bin', 'python');

/**
 * Runs one program after the other, each in a namespace of its own: TensorFlow alone takes 5 s to import. Keras would import
 * SciPy and scikit-learn, too, for wrappers that no reference has, a third of that time.
 */
const SERVER = `
import io, re, sys, traceback

questions, answers = open(sys.argv[1], 'rb'), open(sys.argv[2], 'wb')

def taken():
    size = questions.read(8)
    if not size: sys.exit()
    return questions.read(int.from_bytes(size, 'little'))

def import_lean():
    others = [name for name in ('scipy', 'sklearn', 'pandas') if name not in sys.modules]
    sys.modules.update(dict.fromkeys(others))
    import tensorflow
    for name in others: del sys.modules[name]

while True:
    program, text = taken().decode(), taken()
    sys.stdin = io.TextIOWrapper(io.BytesIO(text))
    sys.stdout = io.TextIOWrapper(io.BytesIO())
    try:
        if re.search(r'import.* (keras|tensorflow)', program): import_lean()
        exec(compile(program, 'reference', 'exec'), {'__name__': '__main__'})
        sys.stdout.flush()
        failed, said = 0, sys.stdout.buffer.getvalue()
    except BaseException:
        failed, said = 1, traceback.format_exc().encode()
    answers.write(bytes([failed]) + len(said).to_bytes(8, 'little') + said)
    answers.flush()
`;

/** Open files. */
interface Session {
  readonly questions: number;
  readonly answers: number;
  /** What its libraries say besides. */
  readonly notes: number;
}

/** By the path of its Python; each ends with this process, however it ends. */
const sessions = new Map<string, Session>();

/** Runs a program of a reference tool: `input` goes in as JSON on stdin, one JSON document comes back on stdout. */
export function runPython<T>(program: string, input?: unknown, python = PYTHON): T {
  const session = sessions.get(python) ?? openSession(python);
  sessions.set(python, session);
  for (const text of [program, JSON.stringify(input ?? null)]) {
    const bytes = Buffer.from(text);
    writeAll(session.questions, Buffer.concat([sizeOf(bytes), bytes]));
  }
  const head = readExactly(session, 9);
  const said = readExactly(session, Number(head.readBigUInt64LE(1))).toString();
  if (head[0] !== 0) throw new Error(`the reference program failed: ${said}`);
  return JSON.parse(said) as T;
}

/** Two named pipes: unlike those of a child of Node's they can be written and read at once, as a call wants. */
function openSession(python: string): Session {
  const folder = mkdtempSync(join(tmpdir(), 'voxlab-python-'));
  const paths = ['questions', 'answers'].map((name) => join(folder, name));
  spawnSync('mkfifo', paths);
  const notes = join(folder, 'notes');
  const child = spawn(python, ['-c', SERVER, ...paths], {
    stdio: ['ignore', 'ignore', openSync(notes, 'w')],
    env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: '3' },
  });
  if (child.pid === undefined) throw new Error(`${python} cannot be started`);
  child.unref();
  const session = {
    questions: openSync(paths[0]!, 'w'),
    answers: openSync(paths[1]!, 'r'),
    notes: openSync(notes, 'r'),
  };
  rmSync(folder, { recursive: true });
  return session;
}

function sizeOf(bytes: Buffer): Buffer {
  const size = Buffer.alloc(8);
  size.writeBigUInt64LE(BigInt(bytes.length));
  return size;
}

function writeAll(file: number, bytes: Buffer): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
}

function readExactly({ answers, notes }: Session, count: number): Buffer {
  const bytes = Buffer.alloc(count);
  for (let at = 0; at < count; ) {
    const read = readSync(answers, bytes, at, count - at, null);
    if (read === 0) throw new Error(`the reference program ended its Python: ${readFileSync(notes)}`);
    at += read;
  }
  return bytes;
}
