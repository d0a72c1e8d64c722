// A plugin of TypeDoc: names stand under the stage of src/ that they come from, in its order.
import { Application, Comment, CommentTag, Converter, ReflectionKind } from 'typedoc';

/** Folder of src/ -> heading; files of src/ itself are the last. */
const STAGES = {
  config: 'Settings',
  volumes: 'Scans',
  lungs: 'Lungs',
  candidates: 'Candidates',
  store: 'Patch files',
  patches: 'Cutting patches',
  detection: 'Detection without a table',
  feed: 'Feeding and augmentation',
  tensorflow: 'TensorFlow',
  model: 'The network',
  scores: 'Scores',
  training: 'Training',
  evaluation: 'Evaluation and prediction',
  marks: 'Marks for a reading room',
  gpu: 'GPU use',
  figures: 'Figures',
  exchange: 'Other programs',
  kernel: 'In a notebook',
  widgets: 'Widgets',
  '': 'Errors, random numbers, paths',
};

/** What an entry point exports that `voxlab` exports, too. */
const AGAIN = 'Also in voxlab';

export function load(app) {
  app.on(Application.EVENT_BOOTSTRAP_END, () =>
    app.options.setValue('categoryOrder', [...Object.values(STAGES), AGAIN]),
  );
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, (context) => {
    const modules = context.project.getChildrenByKind(ReflectionKind.Module);
    for (const reflection of modules.flatMap(({ children }) => children ?? [])) {
      const text = headingOf(app, context, reflection);
      if (text === undefined) continue;
      reflection.comment ??= new Comment();
      reflection.comment.blockTags.push(new CommentTag('@category', [{ kind: 'text', text }]));
    }
  });
}

function headingOf(app, context, reflection) {
  if (reflection.kind === ReflectionKind.Reference) return AGAIN;
  const file = context.getSymbolFromReflection(reflection)?.declarations?.[0]?.getSourceFile().fileName;
  if (file === undefined) return undefined;
  const [, folder = ''] = /\/src\/(?:([^/]+)\/)?/.exec(file) ?? [];
  if (STAGES[folder] === undefined)
    app.logger.warn(`src/${folder}: no heading for this stage; give it one in docs/reference/stages.mjs`);
  return STAGES[folder];
}
