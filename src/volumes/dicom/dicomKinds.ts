/** SOP classes whose objects are no images of a volume, by how their uid begins: https://dicom.nema.org/medical/dicom/current/output/chtml/part04/sect_B.5.html */
const STORAGE = '1.2.840.10008.5.1.4.1.1';
const OTHERS: readonly (readonly [classes: string, name: string])[] = [
  ['1.2.840.10008.1.3.10', 'a table of contents (DICOMDIR)'],
  [`${STORAGE}.1`, 'a projection (radiograph)'],
  [`${STORAGE}.3`, 'ultrasound'],
  [`${STORAGE}.6`, 'ultrasound'],
  [`${STORAGE}.9`, 'a waveform'],
  [`${STORAGE}.11`, 'a presentation state'],
  [`${STORAGE}.12`, 'a projection (X-ray)'],
  [`${STORAGE}.30`, 'a parametric map'],
  [`${STORAGE}.66.4`, 'a segmentation'],
  [`${STORAGE}.66`, 'raw data, a registration or a segmentation'],
  [`${STORAGE}.67`, 'a value mapping'],
  [`${STORAGE}.68`, 'a surface scan'],
  [`${STORAGE}.77`, 'visible light'],
  [`${STORAGE}.78`, 'a measurement of eyes'],
  [`${STORAGE}.79`, 'a measurement of eyes'],
  [`${STORAGE}.80`, 'a measurement of eyes'],
  [`${STORAGE}.81`, 'a measurement of eyes'],
  [`${STORAGE}.88.59`, 'a selection of key objects'],
  [`${STORAGE}.88`, 'a structured report'],
  [`${STORAGE}.90`, 'a content assessment'],
  [`${STORAGE}.104`, 'an encapsulated document'],
  [`${STORAGE}.200`, 'a protocol'],
  [`${STORAGE}.481.2`, 'an RT dose'],
  [`${STORAGE}.481.3`, 'an RT structure set'],
  [`${STORAGE}.481.5`, 'an RT plan'],
  [`${STORAGE}.481.8`, 'an RT plan'],
  [`${STORAGE}.481`, 'an object of radiotherapy'],
  ['1.2.840.10008.5.1.4.34', 'a work list'],
  ['1.2.840.10008.5.1.4.38', 'a hanging protocol'],
  ['1.2.840.10008.5.1.4.39', 'a colour palette'],
  ['1.2.840.10008.5.1.4.43', 'an implant'],
];

/**
 * What a file is that is no slice of a volume, by its SOP class and ImageType; undefined for what is one, or may be: kinds
 * that are not known are left to the reader.
 */
export function kindBesideSlices(sopClass: string, imageType: string): string | undefined {
  // The first that fits is the narrowest: longer uids stand before those that they begin with.
  const other = OTHERS.find(([classes]) => sopClass === classes || sopClass.startsWith(`${classes}.`));
  if (other !== undefined) return `${other[1]} (SOP class ${sopClass})`;
  return imageType.split('\\')[2]?.trim().toUpperCase() === 'LOCALIZER'
    ? 'a localizer (ImageType 0008,0008)'
    : undefined;
}
