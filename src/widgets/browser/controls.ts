import { type CleanUp, type Model, type RenderArguments, watch } from './anywidget.js';
import { watchConnection } from './connection.js';
import { element, keepKeys, leave } from './elements.js';

const ALONE = 'No answer: the kernel of this control is gone, or busy. Run its cell again.';

const KINDS: Readonly<Record<string, (model: Model, row: HTMLElement) => CleanUp>> = {
  slider,
  select,
  button,
  progress,
};

function render({ model, el }: RenderArguments): CleanUp {
  const kind = String(model.get('kind'));
  const row = element('div', { class: `voxlab-control voxlab-${kind}` });
  el.append(row);
  const stop = [keepKeys(row), watchConnection(model, el, ALONE), KINDS[kind]?.(model, row)];
  return () => {
    for (const end of stop) end?.();
  };
}

function slider(model: Model, row: HTMLElement): CleanUp {
  const [min, max, step] = ['min', 'max', 'step'].map((key) => String(model.get(key)));
  const label = String(model.get('label'));
  const input = element('input', {
    type: 'range',
    min: min!,
    max: max!,
    step: step!,
    'aria-label': label || 'value',
  });
  const output = element('output');
  row.append(element('span', { class: 'voxlab-label' }, label), input, output);
  input.addEventListener('input', () => {
    model.set('value', input.valueAsNumber);
    model.save_changes();
  });
  return watch(model, ['value'], () => {
    input.value = String(model.get('value'));
    output.value = String(model.get('value'));
  });
}

function select(model: Model, row: HTMLElement): CleanUp {
  const options = model.get('options') as readonly string[];
  const label = String(model.get('label'));
  const input = element('select', { 'aria-label': label || 'choice' });
  input.append(...options.map((text, index) => element('option', { value: String(index) }, text)));
  row.append(element('span', { class: 'voxlab-label' }, label), input);
  input.addEventListener('change', () => {
    model.set('value', input.selectedIndex);
    model.save_changes();
  });
  return watch(model, ['value'], () => {
    input.selectedIndex = Number(model.get('value'));
  });
}

function button(model: Model, row: HTMLElement): CleanUp {
  const pressed = element('button', { type: 'button' }, String(model.get('label')));
  row.append(pressed);
  pressed.addEventListener('click', () => model.send({ clicked: true }));
  return watch(model, ['disabled'], () => {
    const disabled = model.get('disabled') === true;
    if (disabled) leave(pressed);
    pressed.disabled = disabled;
  });
}

function progress(model: Model, row: HTMLElement): CleanUp {
  const label = String(model.get('label'));
  const bar = element('progress', { max: '1', 'aria-label': label || 'progress' });
  const text = element('span', { class: 'voxlab-text' });
  const cancel = element('button', { type: 'button' }, 'Cancel');
  row.append(element('span', { class: 'voxlab-label' }, label), bar, text, cancel);
  cancel.addEventListener('click', () => {
    leave(cancel);
    cancel.disabled = true;
    model.send({ cancel: true });
  });
  return watch(model, ['fraction', 'text', 'status'], () => {
    const status = String(model.get('status'));
    const fraction = model.get('fraction');
    row.dataset.status = status;
    // A bar without a value moves to and fro: work goes on, nobody knows how long.
    if (typeof fraction === 'number') bar.value = fraction;
    else if (status === 'running') bar.removeAttribute('value');
    else bar.value = status === 'done' ? 1 : 0;
    text.textContent = [status === 'running' ? '' : status, String(model.get('text'))]
      .filter((part) => part !== '')
      .join(' · ');
    if (status !== 'running') leave(cancel);
    cancel.hidden = status !== 'running';
  });
}

export default { render };
