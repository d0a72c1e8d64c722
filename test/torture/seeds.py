# Whole files for the campaigns, written by the tools that others wrote: one folder a seed, below the folder of its reader.
#   python seeds.py FOLDER FIXTURES
import json, os, shutil, sys
import h5py, numpy as np, SimpleITK as sitk

root, fixtures = sys.argv[1:]
rng = np.random.default_rng(1)


def folder(reader, name):
    path = os.path.join(root, reader, name)
    os.makedirs(path, exist_ok=True)
    return path


def text(reader, name, file, content):
    with open(os.path.join(folder(reader, name), file), 'w', encoding='utf8', newline='') as out:
        out.write(content)


def fixture(reader, name, *parts):
    shutil.copy(os.path.join(fixtures, *parts), folder(reader, name))


# Patch files in every layout that h5py writes.
def patches(name, libver, rows=24, **layout):
    with h5py.File(os.path.join(folder('hdf5', name), 'patches.hdf5'), 'w', libver=libver) as file:
        data = rng.integers(-1000, 1000, (rows, 64)).astype('<i2')
        file.create_dataset('input', data=data, **layout).attrs['lshape'] = (4, 4, 4, 1)
        file.create_dataset('output', data=(np.arange(rows) % 4 == 0).astype(int)[:, None])
        file.create_dataset('notrain', data=np.zeros((rows, 1), int))
        file.create_dataset('subsets', data=(np.arange(rows) % 10)[:, None])
        file.create_dataset('centroid', data=rng.normal(size=(rows, 3)))
        uids = np.array([[f'1.2.{row % 5}'.encode()] for row in range(rows)], dtype=object)
        file.create_dataset('uuid', data=uids, dtype=h5py.special_dtype(vlen=bytes))


for version in ('earliest', 'latest'):
    patches(f'contiguous-{version}', version)
    patches(f'row-{version}', version, chunks=(1, 64))
    patches(f'gzip-{version}', version, chunks=(4, 64), compression='gzip', shuffle=True, fletcher32=True)
    patches(f'growing-{version}', version, chunks=(1, 64), maxshape=(None, 64))
    patches(f'both-{version}', version, chunks=(2, 32), maxshape=(None, None))
    patches(f'single-{version}', version, chunks=(24, 64))
    patches(f'paged-{version}', version, rows=1100, chunks=(1, 64))

image = sitk.GetImageFromArray(rng.integers(-1000, 500, (5, 6, 7)).astype(np.int16))
image.SetSpacing((0.7, 0.8, 1.25))
image.SetOrigin((-100, 20, 30))
image.SetDirection((-1, 0, 0, 0, -1, 0, 0, 0, 1))
for ending, packed in (('mhd', False), ('mha', False), ('mha', True), ('nrrd', False), ('nrrd', True), ('nii', False), ('nii.gz', False)):
    name = ending.replace('.', '-') + ('-packed' if packed else '')
    sitk.WriteImage(image, os.path.join(folder('scan', name), 'scan.' + ending), packed)

labels = sitk.GetImageFromArray((rng.random((5, 6, 7)) > 0.6).astype(np.uint8))
sitk.WriteImage(labels, os.path.join(folder('segments', 'labels'), 'seg.nrrd'))
for name in ('binary', 'binaryImplicit', 'fractional', 'labelMap', 'structures'):
    fixture('segments', name, 'segments', name + '.dcm')

# A DICOM series of three slices.
writer = sitk.ImageFileWriter()
writer.KeepOriginalImageUIDOn()
for z in range(3):
    plane = image[:, :, z]
    for tag, value in {
        '0008|0060': 'CT', '0020|000e': '1.2.3.4', '0020|000d': '1.2.3', '0020|0052': '1.2.5', '0008|0018': f'1.2.3.4.{z}',
        '0020|0013': str(z), '0020|0032': f'0\\0\\{z * 1.25}', '0020|0037': '1\\0\\0\\0\\1\\0', '0028|1052': '-1024', '0028|1053': '1',
        '0018|0050': '1.25',
    }.items():
        plane.SetMetaData(tag, value)
    writer.SetFileName(os.path.join(folder('dicom', 'series'), f'{z}.dcm'))
    writer.Execute(plane)

table = 'seriesuid,coordX,coordY,coordZ,class\n' + ''.join(f'1.2.{i % 3},{i * 1.5},-{i},{i / 3:.4f},{i % 2}\n' for i in range(12))
text('candidates', 'luna', 'candidates.csv', table)
text('candidates', 'spreadsheet', 'candidates.csv', '\ufeff' + table.replace(',', ';').replace('\n', '\r\n'))
marks = 'seriesuid,coordX,coordY,coordZ,diameter_mm\n' + ''.join(f'1.2.{i % 3},{i * 1.5},-{i},{i / 3:.4f},{3 + i}\n' for i in range(9))
text('annotations', 'luna', 'annotations.csv', marks)
scored = 'seriesuid,coordX,coordY,coordZ,probability\n' + ''.join(f'1.2.{i % 3},{i * 1.5},-{i},{i / 3:.4f},{i / 12}\n' for i in range(12))
text('submission', 'luna', 'predictions.csv', scored)
text('submission', 'luna', 'annotations.csv', marks)
text('submission', 'luna', 'seriesuids.csv', '1.2.0\n1.2.1\n1.2.2\n')
for name in ('lidcFourReaders', 'lidcNeighbours'):
    fixture('lidc', name, 'candidates', name + '.xml')
for name in sorted(os.listdir(os.path.join(fixtures, 'gpu'))):
    if not name.endswith(('.expected.jsonl', '.py', '.c')):
        fixture('gpu', name, 'gpu', name)
for name in ('gpustat-0.6.0.json', 'nvidia-smi-query.csv'):
    fixture('gpu', name + '-lines', 'gpu', name + '.expected.jsonl')
fixture('keras', 'model', 'exchange', 'model.h5')
cell = lambda kind, source: dict(cell_type=kind, id='a', metadata={}, source=[source], **({} if kind == 'markdown' else dict(outputs=[], execution_count=None)))
notebook = dict(cells=[cell('markdown', '# One'), dict(cell('code', 'let A = 1;'), metadata=dict(tags=['parameters'])), cell('code', 'A')], metadata=dict(kernelspec=dict(name='voxlab')), nbformat=4, nbformat_minor=5)
text('notebook', 'three', 'three.ipynb', json.dumps(notebook))
text('connection', 'tcp', 'kernel.json', json.dumps(dict(transport='tcp', ip='127.0.0.1', key='abc', signature_scheme='hmac-sha256', shell_port=1, control_port=2, stdin_port=3, hb_port=4, iopub_port=5, kernel_name='voxlab')))
text('cluster', 'two', 'tf_config.json', json.dumps(dict(cluster=dict(worker=['a:2222', 'b:2222']), task=dict(type='worker', index=1))))
