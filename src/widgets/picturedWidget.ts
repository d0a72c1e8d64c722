import { escaped } from '../figures/drawing/markup.js';
import type { Picture } from '../figures/drawing/picture.js';
import { createWidget, type Widget, type WidgetSpec } from './widget.js';

export interface PicturedSpec extends Omit<WidgetSpec, 'still' | 'stillChanges'> {
  /** For who does not see the picture. */
  readonly text: string;
  /** Called when the widget is first shown: it costs time, and a cell may yet change what is seen. */
  readonly draw: () => Picture;
  /** What stands in place of the image alone. */
  readonly around?: (image: string) => string;
}

/** A widget whose still is a picture; its page has that as `still`, for when its kernel is gone. */
export function createPicturedWidget(spec: PicturedSpec): Widget {
  const { text, draw, around = (image: string) => image, ...rest } = spec;
  const widget = createWidget({
    ...rest,
    state: { ...rest.state, still: '' },
    still: () => ({ html: around(stillImage(text, String(widget.state.still))), text }),
  });
  return {
    ...widget,
    mimeBundle() {
      if (widget.state.still === '') widget.set({ still: pictureUri(draw()) });
      return widget.mimeBundle();
    },
  };
}

export function pictureUri(picture: Picture): string {
  return `data:image/svg+xml,${encodeURIComponent(picture.svg())}`;
}

export function stillImage(alt: string, uri: string): string {
  return `<img alt="${escaped(alt)}" src="${uri}">`;
}
