// Rules of check.mjs about what comes from strangers: texts of data reach a terminal and a page by one way each, JSON is checked before it has a type.

/** Files that write to a stream themselves, and why what they write steers no terminal. */
const PRINTERS = {
  'src/commands/standardStreams.ts': 'the one way',
  'src/progress.ts': 'the line that is redrawn, cleaned there',
  'src/commands/gpuTop.ts': 'a screen of its own, of lines cleaned in topScreen.ts',
  'src/commands/gpu.ts': 'JSON lines, cleaned there, that wait for a slow reader',
  'src/kernel/notebooks/formulasProgram.ts': 'answers the program that started it, in JSON',
  'src/kernel/display.ts': 'what a script displays outside of a notebook, cleaned there',
  'src/volumes/dicom/gdcmThread.ts': 'silences a library',
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

/** Files in which JSON gets a type without a check, and why nothing that a stranger wrote can be in it. */
const TRUSTED_JSON = {
  'src/commands/start.ts': 'the answer of a command that this one started, by --json',
  'src/kernel/cells/stackPlaces.ts':
    'a source map that the step of lowering before has made, in this process',
  'src/kernel/notebooks/pythonAnswer.ts':
    'the answer of our own Python program; its readers look at what they take',
  'src/patches/staging.ts': 'its sha256 says that this version of the program wrote it',
  'src/widgets/browser/patchGallery.ts':
    'data and program are parts of one page: who changes one can change both',
  'src/widgets/browser/savedViewer.ts':
    'data and program are parts of one page: who changes one can change both',
};

/** JSON is `unknown` until each value was looked at: JsonPlace (src/jsonPlace.ts) does, and says where it is wrong. */
export function checkJson(files, read) {
  return files
    .filter((file) => !(file in TRUSTED_JSON))
    .flatMap((file) => {
      const lines = withoutComments(read(file)).split('\n');
      return lines
        .filter((line, at) => /\bJSON\.parse\(/.test(line) && !staysUnknown(line, lines.slice(0, at)))
        .map(
          (line) => `${file}: '${line.trim().slice(0, 60)}': use readJson() or jsonIn() of src/jsonPlace.ts`,
        );
    });
}

/** Into a JsonPlace, into a variable that is `unknown`, or out of a function that returns `unknown`. */
function staysUnknown(line, before) {
  if (/new JsonPlace\(.*JSON\.parse\(|: unknown = JSON\.parse\([^)]*\);$/.test(line)) return true;
  const [, name] = /^\s*(\w+) = JSON\.parse\([^;]*\);$/.exec(line) ?? [];
  if (name !== undefined) return before.some((each) => each.trim() === `let ${name}: unknown;`);
  const head = before.findLast((each) => /\bfunction\b|=>/.test(each)) ?? '';
  return /^\s*return JSON\.parse\(\w+\);$/.test(line) && /\): unknown \{$/.test(head);
}

function withoutComments(text) {
  return text.replace(/^\s*(\*|\/\/|\/\*).*$/gm, '');
}
