/** Jupyter counts cursor positions in Unicode characters, JavaScript in UTF-16 units: 🫁 is one and two. */
export function utf16Offset(text: string, characters: number): number {
  let offset = 0;
  for (let passed = 0; passed < characters && offset < text.length; passed++)
    offset += text.codePointAt(offset)! > 0xffff ? 2 : 1;
  return offset;
}

/** The number of Unicode characters before a UTF-16 offset. */
export function characterOffset(text: string, offset: number): number {
  return [...text.slice(0, offset)].length;
}
