import { VERSION } from '../../version.js';
import type { JsonObject } from './protocol.js';
import { PROTOCOL_VERSION } from './protocol.js';

/** The kernel's answer to kernel_info_request. */
export const kernelInfo: JsonObject = {
  status: 'ok',
  protocol_version: PROTOCOL_VERSION,
  implementation: 'voxlab',
  implementation_version: VERSION,
  language_info: {
    name: 'typescript',
    version: '6.0.3',
    mimetype: 'text/typescript',
    file_extension: '.ts',
    codemirror_mode: { name: 'javascript', typescript: true },
    pygments_lexer: 'typescript',
    nbconvert_exporter: 'script',
  },
  banner: 'TypeScript notebooks of voxlab',
  help_links: [],
  debugger: false,
};
