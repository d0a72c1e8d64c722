/** The library ships no types; only what the seam uses. */
declare module 'adm-zip' {
  interface Entry {
    readonly header: { method: number; readonly size: number; readonly compressedSize: number };
    getData(): Buffer;
  }
  export default class AdmZip {
    constructor(file?: string);
    addFile(name: string, content: Buffer): Entry;
    getEntry(name: string): Entry | null;
    toBuffer(): Buffer;
  }
}
