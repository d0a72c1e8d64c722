/** The error of an interrupted cell, under the name that Jupyter's front ends know. */
export function keyboardInterrupt(): Error {
  const error = new Error('the cell was interrupted');
  error.name = 'KeyboardInterrupt';
  return error;
}
