import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { InputError, UsageError } from '../errors.js';
import {
  installKernelSpec,
  KERNEL_NAME,
  kernelsBelow,
  kernelsOfPython,
  kernelsOfUser,
  listKernelSpecs,
  uninstallKernelSpec,
} from '../kernel/notebooks/kernelSpec.js';
import { fromHere } from '../paths.js';
import type { RegisterCommand } from './registerCommand.js';
import { print, printJson } from './standardStreams.js';

interface KernelFlags {
  readonly user?: true;
  readonly sysPrefix?: true;
  readonly prefix?: string;
  readonly json?: true;
}

export const registerKernelCommand: RegisterCommand = (program) => {
  const kernel = program.command('kernel').description('The TypeScript kernel for Jupyter notebooks.');
  const withPrefix = (name: string, description: string) =>
    kernel
      .command(name)
      .description(description)
      .option('--user', "the user's own kernels, which every Jupyter of the user finds")
      .option('--sys-prefix', 'the kernels of the active Python environment')
      .option('--prefix <dir>', "folder with share/jupyter/kernels (default: the clone's own .jupyter)")
      .option('--json', 'print one JSON document');

  withPrefix('install', 'Writes the kernelspec that Jupyter starts the kernel by.').action(
    (flags: KernelFlags) => {
      const folder = installKernelSpec(kernelsOf(flags));
      if (flags.json) printJson({ name: KERNEL_NAME, folder });
      else print(`installed the kernel ${KERNEL_NAME} in ${folder}\n`);
    },
  );
  withPrefix('list', 'Lists the kernels of that place.').action((flags: KernelFlags) => {
    const place = kernelsOf(flags);
    const kernels = listKernelSpecs(place);
    if (flags.json) return printJson({ kernels });
    if (kernels.length === 0) print(`no kernels in ${place}\n`);
    for (const { name, displayName, folder, missing } of kernels) {
      const gone = missing.length === 0 ? '' : `, but ${missing.join(', ')} is gone: voxlab kernel install`;
      print(`${name}  ${displayName}  ${fromHere(folder)}${gone}\n`);
    }
  });
  withPrefix('uninstall', 'Removes the kernelspec.').action((flags: KernelFlags) => {
    const removed = uninstallKernelSpec(kernelsOf(flags));
    if (flags.json) printJson({ name: KERNEL_NAME, removed });
    else print(removed ? `removed the kernel ${KERNEL_NAME}\n` : `no kernel ${KERNEL_NAME} was installed\n`);
  });
  kernel
    .command('start')
    .description("Runs a kernel in this process (what Jupyter does by the kernelspec's own command line).")
    .requiredOption('--connection-file <file>', "Jupyter's connection file (JSON: transport, ports, key)")
    .action(async ({ connectionFile }: { connectionFile: string }) => {
      if (!existsSync(connectionFile))
        throw new InputError(connectionFile, "expected Jupyter's connection file, found nothing");
      // The launcher reads the flag itself; loaded here, because it takes over this process.
      await import('../kernel/launcher.js');
    });
};

function kernelsOf({ user, sysPrefix, prefix }: KernelFlags): string {
  if ([user, sysPrefix, prefix].filter((place) => place !== undefined).length > 1)
    throw new UsageError('expected one of --user, --sys-prefix and --prefix DIR, received several');
  if (prefix === '') throw new UsageError('expected --prefix DIR, received an empty text');
  if (user) return kernelsOfUser();
  if (sysPrefix) return kernelsOfPython();
  return prefix === undefined ? kernelsBelow() : kernelsBelow(resolve(prefix));
}
