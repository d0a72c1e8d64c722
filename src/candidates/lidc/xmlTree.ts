import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { InputError, messageOf } from '../../errors.js';
import { cannotRead } from '../../paths.js';

/** An element of an XML file. */
export interface XmlElement {
  /** Without its namespace's prefix. */
  readonly name: string;
  /** Line of its start tag, from 1. */
  readonly line: number;
  readonly children: readonly XmlElement[];
  /** Its own text, without that of its children and without space around it. */
  readonly text: string;
}

interface OpenElement {
  name: string;
  line: number;
  children: OpenElement[];
  text: string;
}

/** Reads an XML file in UTF-8. Entities of the file's own are not expanded. Throws InputError with file and line. */
export function readXml(file: string): XmlElement {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw cannotRead(file, 'a file', error);
  }
  return parseXml(text, file);
}

/** `file` is for messages. Throws InputError with file and line for text that is no well-formed XML. */
export function parseXml(text: string, file: string): XmlElement {
  const document: OpenElement = { name: '', line: 1, children: [], text: '' };
  const open = [document];
  const { SaxesParser } = saxes();
  const parser = new SaxesParser({ position: true });
  parser.on('error', (error) => {
    const reason = messageOf(error).replace(/^\d+:\d+: /, '');
    throw new InputError(file, `expected well-formed XML: ${reason}; get the file again`, {
      line: parser.line,
      cause: error,
    });
  });
  parser.on('opentag', ({ name }) => {
    const element = { name: name.replace(/^.*:/, ''), line: parser.line, children: [], text: '' };
    open.at(-1)!.children.push(element);
    open.push(element);
  });
  parser.on('closetag', () => {
    const element = open.pop()!;
    element.text = element.text.trim();
  });
  const addText = (part: string): void => {
    open.at(-1)!.text += part;
  };
  parser.on('text', addText);
  parser.on('cdata', addText);
  parser.write(text).close();
  return document.children[0]!;
}

/** The children of that name. */
export function childrenOf(element: XmlElement, name: string): readonly XmlElement[] {
  return element.children.filter((child) => child.name === name);
}

/** The first child of that name. */
export function childOf(element: XmlElement, name: string): XmlElement | undefined {
  return element.children.find((child) => child.name === name);
}

/** Loaded by its first use: its tables of characters take 14 MB and 30 ms. */
function saxes(): typeof import('saxes') {
  return createRequire(import.meta.url)('saxes') as typeof import('saxes');
}
