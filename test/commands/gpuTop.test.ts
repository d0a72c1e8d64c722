import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fakeDriver, whyNoCompiler } from '../gpu/fakeDriver.js';
import { runPython } from '../python.js';
import { CLI, voxlab } from './voxlab.js';

/** Runs the command on a terminal of so many columns, sends Ctrl-C after some screens; what it wrote and how it ended. */
function onTerminal(
  words: readonly string[],
  env: NodeJS.ProcessEnv,
  columns: number,
): { text: string; code: number } {
  return runPython(
    `import fcntl, json, os, pty, select, struct, sys, termios, time
words, env, columns = json.load(sys.stdin)
pid, terminal = pty.fork()
if pid == 0:
    os.execve(words[0], words, env)
fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack('HHHH', 20, columns, 0, 0))
text, sent, end = b'', False, time.time() + 60
while time.time() < end:
    if select.select([terminal], [], [], 0.2)[0]:
        try: part = os.read(terminal, 65536)
        except OSError: break
        if not part: break
        text += part
    if not sent and text.count(b'\\x1b[J') > 3:
        sent = True
        os.write(terminal, b'\\x03')
_, status = os.waitpid(pid, 0)
print(json.dumps(dict(text=text.decode(), code=os.waitstatus_to_exitcode(status))))`,
    [[process.execPath, CLI, ...words], env, columns],
  );
}

for (const columns of [100, 30])
  test(`gpu top on a terminal of ${columns} columns: redrawn in place, Ctrl-C gives the terminal back, exit 0`, () => {
    const { text, code } = onTerminal(['gpu', 'top', '--interval', '100'], process.env, columns);
    assert.equal(code, 0, text);
    assert.ok(text.startsWith('\x1b[?1049h\x1b[?25l'), 'a screen of its own');
    const [drawn, after] = text.split('\x1b[?25h\x1b[?1049l');
    // What the terminal itself echoes of Ctrl-C may follow.
    assert.match(after!, /^[\s^C]*$/);
    const screens = drawn!.split('\x1b[H').slice(2);
    assert.ok(screens.length >= 3);
    for (const screen of screens)
      for (const line of screen.replaceAll(/\x1b\[[KJ]|\^C/g, '').split('\r\n'))
        assert.ok([...line].length <= columns, JSON.stringify(line));
    assert.match(screens.at(-1)!, /host .* % /);
  });

test('gpu top into a pipe prints one screen: devices by NVML with their processes', {
  skip: whyNoCompiler(),
}, (t) => {
  const driver = fakeDriver(t, `GPU-0 Tesla_T4 51 1000 15360 40 70000 ${process.pid}:128 0`);
  const text = onTerminal(['gpu', 'top', '--interval', '100'], driver.env, 90).text;
  assert.match(text, /GPU 0 {3}51 % {2}█+░+ +1000\/15360 MiB/);
  assert.match(text, new RegExp(`${process.pid} \\S+ node\\S* 128 MiB`));
  const plain = voxlab('gpu', 'top', '--interval', '100');
  assert.equal(plain.status, 0, plain.stderr);
  assert.match(plain.stdout, /every 0\.1 s.*\n(?:.*\n)*host /);
  assert.ok(!plain.stdout.includes('\x1b'));
});
