"""Series of slices for the tests of DICOM, written and read with pydicom (never ITK): a JSON request on stdin, what pydicom
reads of the series on stdout. Everything is drawn with a seed; the images are made from nothing."""
import itertools
import json
import os
import sys
import warnings

import numpy as np
import pydicom
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import encapsulate, encapsulate_extended
from pydicom.sequence import Sequence
from pydicom.uid import UID

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from jpegStreams import jpeg_dct, jpeg_lossless

warnings.simplefilter('ignore')
pydicom.config.settings.writing_validation_mode = pydicom.config.IGNORE

SYNTAXES = {
    'implicit': '1.2.840.10008.1.2', 'explicit': '1.2.840.10008.1.2.1', 'big endian': '1.2.840.10008.1.2.2',
    'deflated': '1.2.840.10008.1.2.1.99', 'rle': '1.2.840.10008.1.2.5',
    'jpeg lossless': '1.2.840.10008.1.2.4.57', 'jpeg lossless sv1': '1.2.840.10008.1.2.4.70',
    'jpeg baseline': '1.2.840.10008.1.2.4.50', 'jpeg extended': '1.2.840.10008.1.2.4.51',
    'jpeg-ls': '1.2.840.10008.1.2.4.80', 'jpeg-ls near': '1.2.840.10008.1.2.4.81',
    'jpeg 2000': '1.2.840.10008.1.2.4.90', 'jpeg 2000 lossy': '1.2.840.10008.1.2.4.91',
}
CLASSES = {'CT': '1.2.840.10008.5.1.4.1.1.2', 'MR': '1.2.840.10008.5.1.4.1.1.4', 'SC': '1.2.840.10008.5.1.4.1.1.7'}
LOSSY = {'jpeg baseline', 'jpeg extended'}
ROWS, COLUMNS = 33, 37


def stored_voxels(rng, bits, signed, smooth):
    low = -(1 << (bits - 1)) if signed else 0
    high = low + (1 << bits) - 1
    shape = (ROWS, COLUMNS)
    if smooth:
        walk = np.cumsum(rng.integers(-3, 4, shape), 1) * max(1, (high - low) // 256) + (low + high) // 2
        values = np.clip(walk, low, high)
    else:
        values = rng.integers(low, high + 1, shape)
    values.flat[:2] = low, high
    return values


def data_set(spec, rng, values, z, uid):
    ds = Dataset()
    ds.file_meta = FileMetaDataset()
    ds.SOPClassUID = CLASSES[spec['kind']]
    ds.SOPInstanceUID = f'{uid}.{z + 1}'
    ds.Modality = {'CT': 'CT', 'MR': 'MR', 'SC': 'OT'}[spec['kind']]
    ds.SeriesInstanceUID = uid
    ds.PatientName = 'DOE^SECRET'
    ds.ImageType = ['ORIGINAL', 'PRIMARY', 'AXIAL']
    ds.ImagePositionPatient = [-5.5, 4.25, 1.5 * z]
    ds.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
    ds.PixelSpacing = [0.8, 0.7]
    allocate(ds, spec)
    slope = spec['slope']
    if slope is not None:
        ds.RescaleSlope, ds.RescaleIntercept = slope
    if spec['padding'] != 'none':
        chosen = sorted(int(v) for v in rng.choice(values.ravel(), 2))
        ds.PixelPaddingValue = chosen[0]
        if spec['padding'] == 'range':
            ds.PixelPaddingRangeLimit = chosen[1]
    return ds


def allocate(ds, spec):
    ds.Rows, ds.Columns = ROWS, COLUMNS
    ds.SamplesPerPixel = 1
    ds.PhotometricInterpretation = spec['photometric']
    ds.BitsAllocated = 8 if spec['bits'] <= 8 else 16
    ds.BitsStored, ds.HighBit = spec['bits'], spec['bits'] - 1
    ds.PixelRepresentation = int(spec['signed'])


def word_type(spec):
    return ('i' if spec['signed'] else 'u') + ('1' if spec['bits'] <= 8 else '2')


def encoded(spec, values):
    """One frame as the syntax has it; undefined bits of native words are filled."""
    syntax, bits = spec['syntax'], spec['bits']
    unsigned = values & ((1 << bits) - 1)
    if syntax.startswith('jpeg lossless'):
        return jpeg_lossless(unsigned, bits, 1 if syntax.endswith('sv1') else spec['predictor'])
    if syntax in LOSSY:
        return jpeg_dct(unsigned, 8 if syntax == 'jpeg baseline' else 12)
    ds = Dataset()
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = UID(SYNTAXES['explicit'])
    ds.SOPInstanceUID = '1.2.3'
    allocate(ds, {**spec, 'photometric': 'MONOCHROME2'})
    array = values.astype('<' + word_type(spec))
    options = {'jls_error': 2} if syntax == 'jpeg-ls near' else {'j2k_psnr': [60]} if syntax == 'jpeg 2000 lossy' else {}
    ds.compress(UID(SYNTAXES[syntax]), array, generate_instance_uid=False, **options)
    return list(pydicom.encaps.generate_frames(ds.PixelData, number_of_frames=1))[0]


def native(spec, values, rng):
    order = '>' if spec['syntax'] == 'big endian' else '<'
    words = values.astype(order + word_type(spec))
    unused = 8 * words.itemsize - spec['bits']
    if unused and spec.get('overlays'):
        unsigned = words.view(order + 'u' + str(words.itemsize))
        unsigned &= (1 << spec['bits']) - 1
        unsigned |= (rng.integers(0, 1 << unused, words.shape) << spec['bits']).astype(unsigned.dtype)
    data = words.tobytes()
    return data


def save(ds, path, spec, frames, native_bytes):
    ds.file_meta.TransferSyntaxUID = UID(SYNTAXES[spec['syntax']])
    if native_bytes is None:
        if spec.get('table') == 'extended':
            ds.PixelData, ds.ExtendedOffsetTable, ds.ExtendedOffsetTableLengths = encapsulate_extended(frames)
        else:
            ds.PixelData = encapsulate(frames, fragments_per_frame=spec.get('fragments', 1), has_bot=spec.get('table', 'none') == 'basic')
        ds['PixelData'].VR = 'OB'
        ds['PixelData'].is_undefined_length = True
    else:
        if len(native_bytes) % 2:
            native_bytes += b'\0'
        words_are_turned = spec['syntax'] == 'big endian' and spec['bits'] <= 8
        ds.PixelData = bytes(np.frombuffer(native_bytes, 'u2').byteswap()) if words_are_turned else native_bytes
        ds.PixelData += bytes(spec.get('excess', 0))
        ds['PixelData'].VR = 'OW'
    os.makedirs(os.path.dirname(path), exist_ok=True)
    ds.save_as(path, enforce_file_format=True)


def is_native(spec):
    return spec['syntax'] in ('implicit', 'explicit', 'big endian', 'deflated')


def write_series(folder, spec, rng, uid, slices=2):
    files = []
    for z in range(slices):
        # Codes of noise are longer than noise, which the writer of JPEG-LS refuses.
        smooth = spec['syntax'] in LOSSY | {'jpeg 2000 lossy', 'jpeg-ls', 'jpeg-ls near'}
        # No value needs more bits than either the stream or the header has.
        bits = min(spec['bits'], spec['said'][0]) if 'said' in spec else spec['bits']
        values = stored_voxels(rng, bits, spec['signed'], smooth)
        ds = data_set(spec, rng, values, z, uid)
        if z == 0:
            ds.add_new(0x00091001, 'UN', bytes(rng.integers(0, 256, 40, dtype='u1')))
        if 'said' in spec:
            ds.BitsStored, said = spec['said']
            ds.HighBit, ds.PixelRepresentation = ds.BitsStored - 1, int(said)
        path = os.path.join(folder, spec['name'].format(9 - z))
        save(ds, path, spec, None if is_native(spec) else [encoded(spec, values)], native(spec, values, rng) if is_native(spec) else None)
        files.append(path)
    return files


def values_of(path):
    """What a frame's values are by pydicom, with the padding of CT as air."""
    ds = pydicom.dcmread(path)
    stored = ds.pixel_array.astype(np.float64)
    hu = stored * float(ds.get('RescaleSlope', 1)) + float(ds.get('RescaleIntercept', 0))
    if 'PixelPaddingValue' in ds and ds.Modality == 'CT':
        ends = [int(ds.PixelPaddingValue), int(ds.get('PixelPaddingRangeLimit', ds.PixelPaddingValue))]
        hu[(stored >= min(ends)) & (stored <= max(ends))] = -1000
    return hu


def combinations():
    """Every syntax x photometric interpretation x bits x sign, each with a few drawn of the other properties."""
    rng = np.random.default_rng(21)
    names = ['{}.dcm', 'IM{}', '{}.IMA', 'a{}.dicom', '{}.img', 'IM.{}.a', '1.2.{}']
    slopes = [(1, -1024), (2, -5), (0.37, -1.5), None]
    for syntax, photometric, bits, signed in itertools.product(SYNTAXES, ('MONOCHROME1', 'MONOCHROME2'), (8, 10, 12, 16), (False, True)):
        if (syntax == 'jpeg baseline' and (bits != 8 or signed)) or (syntax == 'jpeg extended' and (bits != 12 or signed)):
            continue
        # Lossy codes of signed words wrap around.
        if signed and syntax == 'jpeg-ls near':
            continue
        for draw in range(3):
            yield {
                'syntax': syntax, 'photometric': photometric, 'bits': bits, 'signed': signed,
                'kind': ('CT', 'CT', 'MR', 'SC')[rng.integers(4)] if draw else 'CT',
                # What a lossy decoder rounds otherwise is a padding value here and none there.
                'slope': slopes[rng.integers(4)], 'padding': 'none' if syntax in LOSSY else ('none', 'value', 'range')[draw],
                'name': names[rng.integers(len(names))], 'predictor': int(rng.integers(1, 8)),
                'overlays': bool(rng.integers(2)), 'excess': int(rng.integers(3)) * 2,
            }


def mismatches():
    """Streams of fewer bits than the header says, and of the other sign, as some writers leave them."""
    shared = {'kind': 'CT', 'photometric': 'MONOCHROME2', 'slope': (1, -1024), 'padding': 'none', 'name': '{}.dcm', 'overlays': False, 'excess': 0}
    for syntax in ('jpeg-ls', 'jpeg 2000', 'jpeg lossless', 'rle'):
        for bits, claimed in ((8, 8), (9, 12), (12, 16), (13, 16), (10, 10), (16, 12), (16, 16)):
            for signed, said in ((False, False), (False, True), (True, False), (True, True)):
                # More bits and another sign: the header does not say what its values are.
                if bits > claimed and signed != said:
                    continue
                yield {**shared, 'syntax': syntax, 'bits': bits, 'signed': signed, 'said': (claimed, said), 'predictor': 4}


def spread(folder, files, spec, draw):
    """Some series lie in two folders."""
    if draw % 4:
        return
    other = os.path.join(folder, 'more')
    os.makedirs(other)
    os.rename(files[-1], os.path.join(other, os.path.basename(files[-1])))
    files[-1] = os.path.join(other, os.path.basename(files[-1]))


def answer_series(root):
    answers = []
    for index, spec in enumerate([*combinations(), *mismatches()]):
        rng = np.random.default_rng(1000 + index)
        folder = os.path.join(root, str(index))
        files = write_series(folder, spec, rng, f'1.2.826.0.1.3680043.8.498.{index + 1}')
        spread(folder, files, spec, index)
        data = np.stack([values_of(path) for path in files])
        answers.append({'folder': folder, 'spec': spec, 'data': data.ravel().tolist(), 'tolerance': 1.001 * abs(spec['slope'][0] if spec['slope'] else 1) if spec['syntax'] in LOSSY else 0})
    return answers


if __name__ == '__main__':
    request = json.load(sys.stdin)
    if request['what'] == 'series':
        print(json.dumps(answer_series(request['root'])))
    else:
        import dicomFrames
        print(json.dumps(dicomFrames.answer(request)))
