import { existsSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { InputError, UsageError } from '../errors.js';
import {
  installKernelSpec,
  jupyterFolder,
  KERNEL_NAME,
  listKernelSpecs,
  uninstallKernelSpec,
} from '../kernel/kernelSpec.js';
import { printJson } from './options.js';
import type { RegisterCommand } from './program.js';

interface KernelFlags {
  readonly prefix?: string;
  readonly json?: true;
}

export const registerKernelCommand: RegisterCommand = (program) => {
  const kernel = program.command('kernel').description('The TypeScript kernel for Jupyter notebooks.');
  const withPrefix = (name: string, description: string) =>
    kernel
      .command(name)
      .description(description)
      .option('--prefix <dir>', "folder with share/jupyter/kernels (default: the clone's own .jupyter)")
      .option('--json', 'print one JSON document');

  withPrefix('install', 'Writes the kernelspec that Jupyter starts the kernel by.').action(
    (flags: KernelFlags) => {
      const folder = installKernelSpec(prefixOf(flags));
      if (flags.json) printJson({ name: KERNEL_NAME, folder });
      else process.stdout.write(`installed the kernel ${KERNEL_NAME} in ${folder}\n`);
    },
  );
  withPrefix('list', 'Lists the kernels below the prefix.').action((flags: KernelFlags) => {
    const kernels = listKernelSpecs(prefixOf(flags));
    if (flags.json) return printJson({ kernels });
    for (const { name, displayName, folder, missing } of kernels) {
      const gone = missing.length === 0 ? '' : `, but ${missing.join(', ')} is gone: voxlab kernel install`;
      process.stdout.write(`${name}  ${displayName}  ${relative(process.cwd(), folder)}${gone}\n`);
    }
  });
  withPrefix('uninstall', 'Removes the kernelspec.').action((flags: KernelFlags) => {
    const removed = uninstallKernelSpec(prefixOf(flags));
    if (flags.json) printJson({ name: KERNEL_NAME, removed });
    else
      process.stdout.write(
        removed ? `removed the kernel ${KERNEL_NAME}\n` : `no kernel ${KERNEL_NAME} was installed\n`,
      );
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

function prefixOf({ prefix }: KernelFlags): string {
  if (prefix === '') throw new UsageError('expected --prefix DIR, received an empty text');
  return prefix === undefined ? jupyterFolder() : resolve(prefix);
}
