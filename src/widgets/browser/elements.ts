/** JupyterLab looks for it at the focused element itself before it takes a key for one of its own commands. */
const KEEPS_KEYS = 'data-lm-suppress-shortcuts';
const FOCUSABLE: readonly string[] = ['button', 'input', 'select'];

/** A new element with attributes and content; text becomes text nodes, so that nothing in it is read as HTML. */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Readonly<Record<string, string>> = {},
  ...content: readonly (Node | string)[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  if (FOCUSABLE.includes(tag) || 'tabindex' in attributes) made.setAttribute(KEEPS_KEYS, 'true');
  made.append(...content);
  return made;
}

/** A button; its label is what is read aloud, and shown where the pointer rests. */
export function pressButton(label: string, content: Node | string, work: () => void): HTMLButtonElement {
  const pressed = element('button', { type: 'button', 'aria-label': label, title: label }, content);
  pressed.addEventListener('click', work);
  return pressed;
}

/** A canvas of so many CSS pixels, as sharp as the screen is. */
export function sizeCanvas(
  canvas: HTMLCanvasElement,
  { width, height }: { readonly width: number; readonly height: number },
): void {
  const density = globalThis.devicePixelRatio || 1;
  canvas.width = Math.round(width * density);
  canvas.height = Math.round(height * density);
  canvas.style.width = `${width}px`;
  canvas.style.height = `${height}px`;
}

/** What draws on a canvas, in CSS pixels of its size on the page. */
export function scaledContext(canvas: HTMLCanvasElement, { width }: { readonly width: number }) {
  const context = canvas.getContext('2d')!;
  const density = canvas.width / width;
  context.setTransform(density, 0, 0, density, 0, 0);
  return context;
}

/** The namespace, as the page knows it. */
const SVG = new DOMParser().parseFromString('<svg></svg>', 'text/html').body.firstElementChild?.namespaceURI;

/** A small drawing in the colour of the text around it, of a path in a square of 16. */
export function icon(path: string): SVGElement {
  const root = document.createElementNS(SVG ?? null, 'svg') as SVGElement;
  for (const [name, value] of Object.entries({
    ...{ viewBox: '0 0 16 16', width: '14', height: '14', fill: 'none', stroke: 'currentColor' },
    ...{ 'stroke-width': '1.5', 'stroke-linecap': 'round', 'aria-hidden': 'true' },
  }))
    root.setAttribute(name, value);
  const drawn = document.createElementNS(SVG ?? null, 'path');
  drawn.setAttribute('d', path);
  root.append(drawn);
  return root;
}

/**
 * Keeps keys that are typed into a view from the notebook around it, whose commands delete and move cells: in command mode a
 * key after a click on a view's text would be one of them. Saving the notebook still works.
 */
export function keepKeys(el: HTMLElement): () => void {
  el.tabIndex = -1; // a click beside its controls focuses the view, not the cell
  el.style.outline = 'none';
  el.setAttribute(KEEPS_KEYS, 'true');
  const stop = (event: Event): void => event.stopPropagation();
  for (const type of ['keydown', 'keyup', 'keypress']) el.addEventListener(type, stop);
  // A press on selected text leaves the focus where it was, which may be the cell.
  el.addEventListener('click', () => {
    if (!el.contains(document.activeElement)) el.focus({ preventScroll: true });
  });
  // Before JupyterLab, which listens at the document.
  const letSave = (event: KeyboardEvent): void => {
    const target = event.target;
    if (!(event.ctrlKey || event.metaKey) || event.altKey || event.key.toLowerCase() !== 's') return;
    if (!(target instanceof Element) || !el.contains(target)) return;
    target.removeAttribute(KEEPS_KEYS);
    setTimeout(() => target.setAttribute(KEEPS_KEYS, 'true'));
  };
  window.addEventListener('keydown', letSave, true);
  return () => window.removeEventListener('keydown', letSave, true);
}

/** Takes the focus from a control that is about to be hidden or disabled: JupyterLab would have the next key. */
export function leave(control: HTMLElement): void {
  if (document.activeElement === control)
    control.parentElement?.closest<HTMLElement>(`[${KEEPS_KEYS}]`)?.focus({ preventScroll: true });
}

/**
 * What stands before the script that runs now: its data, and before that the picture that it puts itself in place of. Not always
 * right before it: VS Code runs copies of an output's scripts at the output's end.
 */
export function savedParts(): { readonly data: Element; readonly picture: Element } | undefined {
  let data = document.currentScript?.previousElementSibling ?? null;
  while (data !== null && data.getAttribute('type') !== 'application/json')
    data = data.previousElementSibling;
  const picture = data?.previousElementSibling;
  return data && picture ? { data, picture } : undefined;
}
