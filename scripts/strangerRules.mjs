// Two rules of check.mjs about what comes from strangers: texts of data reach a terminal and a page by one way each.

/** Files that write to a stream themselves, and why what they write steers no terminal. */
const PRINTERS = {
  'src/commands/standardStreams.ts': 'the one way',
  'src/progress.ts': 'the line that is redrawn, cleaned there',
  'src/commands/gpuTop.ts': 'a screen of its own, of lines cleaned in topScreen.ts',
  'src/commands/gpu.ts': 'JSON lines, cleaned there, that wait for a slow reader',
  'src/kernel/formulasProgram.ts': 'answers the program that started it, in JSON',
  'src/kernel/display.ts': 'what a script displays outside of a notebook, cleaned there',
  'src/volumes/gdcmThread.ts': 'silences a library',
  'src/store/hdf5/h5.ts': 'silences a library',
};

/** Commands print by print(), say(), printJson() and printData() alone. */
export function checkPrinting(files, read) {
  return files
    .filter((file) => !file.startsWith('src/widgets/browser/') && !(file in PRINTERS))
    .filter((file) =>
      /\b(process\.std(out|err)|console\.(log|error|warn|info))\b/.test(withoutComments(read(file))),
    )
    .map(
      (file) => `${file} writes to a stream itself: use print() or say() of src/commands/standardStreams.ts`,
    );
}

/** Whoever writes a page says what it may do. */
export function checkPagePolicy(files, read) {
  return files
    .filter((file) => /<!doctype html|<html[\s>]/i.test(withoutComments(read(file))))
    .filter((file) => !/\$\{pagePolicy\(/.test(read(file)))
    .map((file) => `${file} writes a page without pagePolicy() in its head`);
}

function withoutComments(text) {
  return text.replace(/^\s*(\*|\/\/|\/\*).*$/gm, '');
}
