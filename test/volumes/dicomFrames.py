"""More of dicomReference.py: files of several frames, data sets of every value representation, and real files."""
import io
import itertools
import os

import numpy as np
import pydicom
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.filebase import DicomBytesIO
from pydicom.filewriter import write_dataset
from pydicom.sequence import Sequence
from pydicom.uid import UID

import dicomReference as reference

FRAMES = 5
ENHANCED = ('1.2.840.10008.5.1.4.1.1.2.1', '1.2.840.10008.5.1.4.1.1.2.2')


def group(**fields):
    ds = Dataset()
    for name, value in fields.items():
        setattr(ds, name, value)
    return Sequence([ds])


def frame_combinations():
    """Native frames, and compressed ones by each kind of table and number of fragments."""
    rng = np.random.default_rng(5)
    native = itertools.product(('implicit', 'explicit', 'big endian', 'deflated'), ('none',), (1,))
    packed = itertools.product(('rle', 'jpeg-ls', 'jpeg 2000', 'jpeg lossless'), ('none', 'basic', 'extended'), (1,))
    pieces = itertools.product(('jpeg-ls', 'jpeg 2000'), ('basic',), (2, 3))
    for syntax, table, fragments in [*native, *packed, *pieces]:
        for bits, signed, where in ((8, False, 'frame'), (12, True, 'shared'), (16, False, 'frame')):
            yield {'syntax': syntax, 'table': table, 'fragments': fragments, 'bits': bits, 'signed': signed, 'where': where,
                   'kind': 'CT', 'photometric': f'MONOCHROME{1 + rng.integers(2)}', 'predictor': 1, 'files': int(rng.integers(1, 3)),
                   'padding': ('none', 'value')[rng.integers(2)], 'slope': None, 'overlays': False}


def write_frames(folder, spec, rng, uid):
    """FRAMES frames in one file or two, in no order; returns (z, file, frame, slope, intercept) in the order of z."""
    places = []
    order = rng.permutation(FRAMES * spec['files'])
    for index in range(spec['files']):
        zs = order[index * FRAMES:(index + 1) * FRAMES]
        voxels = [reference.stored_voxels(rng, spec['bits'], spec['signed'], spec['syntax'] == 'jpeg-ls') for _ in zs]
        ds = reference.data_set(spec, rng, voxels[0], index, uid)
        ds.SOPClassUID = ENHANCED[index % 2]
        ds.NumberOfFrames = len(zs)
        for name in ('ImagePositionPatient', 'ImageOrientationPatient', 'PixelSpacing'):
            delattr(ds, name)
        shared, frames = Dataset(), []
        shared.PlaneOrientationSequence = group(ImageOrientationPatient=[0, 1, 0, 0, 0, -1])
        if spec['where'] == 'shared':
            shared.PixelMeasuresSequence = group(PixelSpacing=[0.8, 0.7], SliceThickness=2)
            shared.PixelValueTransformationSequence = group(RescaleSlope=2, RescaleIntercept=-1000, RescaleType='HU')
        for number, z in enumerate(zs):
            frame = Dataset()
            frame.FrameContentSequence = group(InStackPositionNumber=int(z) + 1, FrameAcquisitionNumber=1, TemporalPositionIndex=1)
            frame.PlanePositionSequence = group(ImagePositionPatient=[-1.5 * float(z), 3.25, 8])
            slope, intercept = (2, -1000) if spec['where'] == 'shared' else (1 + int(z) % 3, -100 * int(z))
            if spec['where'] == 'frame':
                frame.PixelMeasuresSequence = group(PixelSpacing=[0.8, 0.7])
                frame.PixelValueTransformationSequence = group(RescaleSlope=slope, RescaleIntercept=intercept, RescaleType='HU')
            frames.append(frame)
            places.append((int(z), os.path.join(folder, f'{index}.dcm'), number, slope, intercept))
        ds.SharedFunctionalGroupsSequence = Sequence([shared])
        ds.PerFrameFunctionalGroupsSequence = Sequence(frames)
        if index == 1:
            ds['PerFrameFunctionalGroupsSequence'].is_undefined_length = True
        native = reference.is_native(spec)
        reference.save(ds, os.path.join(folder, f'{index}.dcm'), spec,
                       None if native else [reference.encoded(spec, one) for one in voxels],
                       b''.join(reference.native(spec, one, rng) for one in voxels) if native else None)
    return sorted(places)


def answer_frames(root):
    answers = []
    for index, spec in enumerate(frame_combinations()):
        folder = os.path.join(root, str(index))
        places = write_frames(folder, spec, np.random.default_rng(2000 + index), f'1.2.826.0.1.3680043.8.498.{index + 1}')
        read = {}
        data = []
        for _, path, number, slope, intercept in places:
            if path not in read:
                ds = pydicom.dcmread(path)
                read[path] = ds, ds.pixel_array
            ds, stored = read[path][0], read[path][1][number].astype(np.float64)
            hu = stored * slope + intercept
            if 'PixelPaddingValue' in ds:
                hu[stored == ds.PixelPaddingValue] = -1000
            data.append(hu)
        answers.append({'folder': folder, 'spec': spec, 'files': list(dict.fromkeys(path for _, path, *_ in places)), 'data': np.stack(data).ravel().tolist()})
    return answers


TEXTS = {'AE': 'SCANNER', 'AS': '042Y', 'CS': 'ORIGINAL', 'DA': '20200101', 'DS': '1.5', 'DT': '20200101120000', 'IS': '12', 'LO': 'text',
         'LT': 'long text', 'PN': 'DOE^SECRET', 'SH': 'short', 'ST': 'some text', 'TM': '120000', 'UC': 'unlimited', 'UI': '1.2.3', 'UR': 'urn:x', 'UT': 'text ' * 20}
NUMBERS = {'FD': 1.25, 'FL': 2.5, 'SL': -5, 'SS': -3, 'UL': 70000, 'US': 300, 'SV': -2 ** 40, 'UV': 2 ** 50}
BYTES = {'OB': 2, 'OD': 8, 'OF': 4, 'OL': 4, 'OV': 8, 'OW': 2, 'UN': 1}


def put_value(ds, rng, tag, vr):
    if vr in TEXTS:
        ds.add_new(tag, vr, '' if rng.integers(6) == 0 else TEXTS[vr])
    elif vr in NUMBERS:
        ds.add_new(tag, vr, NUMBERS[vr])
    elif vr == 'AT':
        ds.add_new(tag, vr, 0x00100020)
    else:
        ds.add_new(tag, vr, bytes(rng.integers(0, 256, 2 * BYTES[vr] * int(rng.integers(0, 20)), dtype='u1')))


def random_items(rng, depth):
    items = [random_elements(rng, depth + 1) for _ in range(rng.integers(0, 4))]
    for item in items:
        item.is_undefined_length_sequence_item = bool(rng.integers(2))
    return Sequence(items)


def random_elements(rng, depth=0):
    ds = Dataset()
    ds.private_block(0x0029, 'MAKER', create=True)
    tags = sorted(0x00290000 + 0x1000 + int(n) for n in rng.choice(0xF00, 14, replace=False))
    for tag in tags:
        vr = (*TEXTS, *NUMBERS, *BYTES, 'AT', 'SQ', 'SQ', 'SQ')[rng.integers(len(TEXTS) + len(NUMBERS) + len(BYTES) + 4)]
        if vr != 'SQ':
            put_value(ds, rng, tag, vr)
        elif depth < 4:
            ds.add_new(tag, 'SQ', random_items(rng, depth))
            ds[tag].is_undefined_length = bool(rng.integers(2))
    return ds


def icon(rng, packed):
    ds = Dataset()
    ds.Rows, ds.Columns, ds.BitsAllocated = 2, 2, 8
    ds.PixelData = encapsulate([bytes(rng.integers(0, 256, 6, dtype='u1'))] * 2) if packed else bytes(rng.integers(0, 256, 4, dtype='u1'))
    ds['PixelData'].VR = 'OB'
    ds['PixelData'].is_undefined_length = packed
    return Sequence([ds])


def unknown_items(rng):
    """What a writer that does not know a private sequence passes on: implicit coding in an element of unknown kind."""
    buffer = DicomBytesIO()
    buffer.is_little_endian, buffer.is_implicit_VR = True, True
    inner = Dataset()
    inner.PatientID = 'ID-5550123'
    inner.add_new(0x00291001, 'LO', 'inner')
    write_dataset(buffer, inner)
    body = buffer.getvalue()
    return b'\xfe\xff\x00\xe0' + len(body).to_bytes(4, 'little') + body


def element_file(path, rng, syntax):
    ds = random_elements(rng)
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = UID(reference.SYNTAXES[syntax])
    ds.SOPClassUID, ds.SOPInstanceUID, ds.SeriesInstanceUID = '1.2.840.10008.5.1.4.1.1.2', '1.2.3', '1.2.4'
    ds.Rows, ds.Columns = 3, 4
    ds.IconImageSequence = icon(rng, bool(rng.integers(2)) and syntax in ('explicit', 'deflated'))
    ds.SharedFunctionalGroupsSequence = group(PlanePositionSequence=group(ImagePositionPatient=[1, 2, 3]))
    if syntax in ('explicit', 'deflated'):
        ds.add_new(0x00311001, 'UN', unknown_items(rng))
        ds[0x00311001].is_undefined_length = True
        ds.add_new(0x7FE00001, 'OV', bytes(16))
        ds.add_new(0x7FE00002, 'OV', bytes(16))
    ds.PixelData = bytes(24)
    ds['PixelData'].VR = 'OW'
    ds.save_as(path, enforce_file_format=True)
    if syntax in ('explicit', 'implicit'):
        add_group_length(path, syntax == 'explicit')


def add_group_length(path, explicit):
    """pydicom writes none: in front of the first element behind the meta group."""
    data = open(path, 'rb').read()
    at = 144 + int.from_bytes(data[140:144], 'little')
    head = b'\x08\x00\x00\x00UL\x04\x00' if explicit else b'\x08\x00\x00\x00\x04\x00\x00\x00'
    open(path, 'wb').write(data[:at] + head + (99).to_bytes(4, 'little') + data[at:])


def tree(ds):
    """By tag: the bytes of a value in hexadecimal, or the items of a sequence."""
    result = {}
    for tag in sorted(ds.keys()):
        raw = ds.get_item(tag)
        if raw.VR == 'SQ' or isinstance(getattr(raw, 'value', None), Sequence):
            result[f'{tag:08x}'] = [tree(item) for item in ds[tag].value]
        elif isinstance(raw, pydicom.dataelem.RawDataElement) and raw.VR == 'UN' and raw.length == 0xFFFFFFFF:
            result[f'{tag:08x}'] = [tree(item) for item in ds[tag].value]
        elif isinstance(raw, pydicom.dataelem.RawDataElement):
            result[f'{tag:08x}'] = (raw.value or b'').hex() if raw.length != 0xFFFFFFFF else None
        else:
            assert not raw.value, f'{tag} has been read already'
            result[f'{tag:08x}'] = ''
    return result


def answer_elements(root):
    answers = []
    for index, syntax in enumerate(('explicit', 'implicit', 'big endian', 'deflated') * 25):
        path = os.path.join(root, f'{index}.dcm')
        element_file(path, np.random.default_rng(3000 + index), syntax)
        pydicom.config.use_none_as_empty_text_VR_value = False
        answers.append({'path': path, 'syntax': syntax, 'tree': tree(pydicom.dcmread(path))})
    return answers


#: Grey images of pydicom's own collection, and what stands in them: as scanners and programs wrote them.
REAL = ['CT_small', 'MR_small', 'MR_small_RLE', 'MR_small_bigendian', 'MR_small_expb', 'MR_small_implicit', 'MR_small_jp2klossless',
        'MR_small_jpeg_ls_lossless', 'MR_small_padded', 'JPEG2000', 'JPGExtended', 'JPEGLSNearLossless_08',
        'J2K_pixelrep_mismatch', '693_J2KI', 'JPEGLSNearLossless_16', 'image_dfl', 'examples_overlay']


def answer_real(root):
    """Two copies of each, one behind the other, where the image itself stays as it is."""
    answers = []
    folder = os.path.join(os.path.dirname(pydicom.__file__), 'data', 'test_files')
    for name in REAL:
        path = os.path.join(folder, f'{name}.dcm')
        ds = pydicom.dcmread(path)
        stored = ds.pixel_array
        slope, intercept = float(ds.get('RescaleSlope', 1) or 1), float(ds.get('RescaleIntercept', 0) or 0)
        hu = stored.astype(np.float64) * slope + intercept
        if ds.get('Modality') == 'CT' and 'PixelPaddingValue' in ds:
            raw = ds.get_item('PixelPaddingValue').value
            padding = int.from_bytes(raw, 'little', signed=bool(ds.PixelRepresentation)) if isinstance(raw, bytes) else raw
            hu[stored == padding] = -1000
        target = os.path.join(root, name)
        os.makedirs(target)
        for z in range(2):
            copy = pydicom.dcmread(path)
            copy.ImagePositionPatient, copy.ImageOrientationPatient, copy.PixelSpacing = [0, 0, z], [1, 0, 0, 0, 1, 0], [0.5, 0.5]
            copy.SeriesInstanceUID = '1.2.3'
            copy.SOPClassUID = copy.SOPClassUID if copy.get('Modality') in ('CT', 'MR') else reference.CLASSES['SC']
            copy.file_meta.MediaStorageSOPClassUID = copy.SOPClassUID
            copy.save_as(os.path.join(target, f'{z}.bin'), enforce_file_format=True)
        answers.append({'folder': target, 'name': name, 'lossy': name == 'JPGExtended', 'slope': slope, 'data': np.stack([hu, hu]).ravel().tolist()})
    return answers


def answer(request):
    kinds = {'frames': answer_frames, 'elements': answer_elements, 'real': answer_real}
    return kinds[request['what']](request['root'])
