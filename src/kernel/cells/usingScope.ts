/** What the `using` declarations of a block hold, and how the block ended. */
export interface UsingScope {
  /** Takes a value whose end the block sees to; null and undefined have none. Throws TypeError for what cannot be disposed of. */
  use<T>(value: T): T;
  useAwaiting<T>(value: T): T;
  fail(error: unknown): void;
  /** Disposes of all, the last first; then throws what the block threw, and what disposing did. */
  end(): void;
  endAwaiting(): Promise<void>;
}

const { dispose = Symbol.for('Symbol.dispose'), asyncDispose = Symbol.for('Symbol.asyncDispose') } =
  Symbol as unknown as Record<'dispose' | 'asyncDispose', symbol | undefined>;

export function createUsingScope(): UsingScope {
  const held: (() => unknown)[] = [];
  let failure: { error: unknown } | undefined;

  const take = <T>(value: T, methods: readonly symbol[], wanted: string): T => {
    if (value === null || value === undefined) return value;
    const own = methods.map((name) => (value as Record<symbol, unknown>)[name]);
    const method = own.find((each) => each !== undefined && each !== null);
    if (typeof method !== 'function')
      throw new TypeError(`expected a value with [${wanted}]() behind \`using\``);
    held.push(() => method.call(value) as unknown);
    return value;
  };
  const failed = (error: unknown): void => {
    failure = { error: failure === undefined ? error : suppressed(error, failure.error) };
  };
  const finish = (): void => {
    if (failure !== undefined) throw failure.error;
  };
  return {
    use: (value) => take(value, [dispose], 'Symbol.dispose'),
    useAwaiting: (value) => take(value, [asyncDispose, dispose], 'Symbol.asyncDispose'),
    fail: (error) => {
      failure = { error };
    },
    end() {
      for (const each of held.splice(0).reverse())
        try {
          each();
        } catch (error) {
          failed(error);
        }
      finish();
    },
    // In plain promises: code that may be terminated must not run under an async function of the kernel.
    endAwaiting: () =>
      held
        .splice(0)
        .reverse()
        .reduce<Promise<unknown>>((before, each) => before.then(each).catch(failed), Promise.resolve())
        .then(finish),
  };
}

/** Runs a cell or module whose declarations the scope holds: they end with it. */
export function runInScope(scope: UsingScope, run: () => unknown): Promise<void> | undefined {
  let returned: unknown;
  try {
    returned = run();
  } catch (error) {
    scope.fail(error);
  }
  if (returned instanceof Promise) return returned.catch(scope.fail).then(scope.endAwaiting);
  scope.end();
  return undefined;
}

/** The language's SuppressedError, which not every Node has. */
function suppressed(error: unknown, earlier: unknown): Error {
  const both = new Error('an error was thrown while another one was on its way');
  both.name = 'SuppressedError';
  return Object.assign(both, { error, suppressed: earlier });
}
