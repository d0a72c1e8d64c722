# What h5py and SimpleITK make of damaged files, for comparing: lines `reader<TAB>path` on stdin, a line of JSON for each.
# Each file is read in a process of its own, which may die, hang or take too much memory.
import hashlib, json, math, os, resource, signal, sys
import h5py, nibabel, numpy as np, SimpleITK as sitk

SECONDS, BYTES = 8, 4 << 30
MOST_ROWS, MOST_BYTES = 2000, 5e7


# A sum in which every voxel has its place.
def sum_of(data):
    total = 0.0
    for i, value in enumerate(data.tolist()):
        total = math.fmod(total + (i + 1) * value, 1e9)
    return total


def column(file, name, of):
    try:
        return [of(value) for value in file[name][:, 0]]
    except Exception:
        return None


def hdf5(path):
    with h5py.File(path, 'r') as file:
        data = file['input']
        if data.shape[0] > MOST_ROWS or np.prod(data.shape) * data.dtype.itemsize > MOST_BYTES:
            return {'refused': f'huge {data.shape}'}
        rows = []
        for row in range(data.shape[0]):
            try:
                values = np.ascontiguousarray(data[row]).astype(data.dtype.newbyteorder('<'), copy=False)
                rows.append(hashlib.sha256(values.tobytes()).hexdigest()[:16])
            except Exception:
                rows.append(None)
        return {'rows': rows, 'classes': column(file, 'output', int), 'uids': column(file, 'uuid', lambda text: text.decode('utf8', 'replace'))}


def scan(path):
    if path.endswith(('.nii', '.nii.gz')):
        return nifti(path)
    image = sitk.ReadImage(path)
    if image.GetDimension() != 3:
        return {'refused': 'no volume'}
    data = sitk.GetArrayFromImage(image).ravel()
    if data.size * data.itemsize > MOST_BYTES:
        return {'refused': 'huge'}
    return {'size': image.GetSize(), 'spacingMm': image.GetSpacing(), 'originMm': image.GetOrigin(), 'direction': image.GetDirection(), 'sum': sum_of(data)}


# ITK takes the spacing from another field than the axes, and no small factor for one.
def nifti(path):
    image = nibabel.load(path)
    if len(image.shape) != 3 or np.prod(image.shape) * 8 > MOST_BYTES:
        return {'refused': 'huge, or no volume'}
    if image.header['sform_code'] <= 0 and image.header['qform_code'] <= 0:
        return {'refused': 'says nothing of its place'}
    affine = np.diag([-1, -1, 1, 1]) @ image.affine
    spacing = np.linalg.norm(affine[:3, :3], axis=0)
    data = np.asanyarray(image.dataobj).astype(float).ravel(order='F')
    return {'size': image.shape, 'spacingMm': spacing.tolist(), 'originMm': affine[:3, 3].tolist(),
            'direction': (affine[:3, :3] / spacing).ravel().tolist(), 'sum': sum_of(data)}


READERS = {'hdf5': hdf5, 'scan': scan}


def answer(reader, path):
    try:
        return READERS[reader](path)
    except BaseException as error:
        return {'refused': str(error)[:100]}


for line in sys.stdin:
    reader, path = line.rstrip('\n').split('\t')
    ours, theirs = os.pipe()
    child = os.fork()
    if child == 0:
        resource.setrlimit(resource.RLIMIT_AS, (BYTES, BYTES))
        signal.alarm(SECONDS)
        os.write(theirs, json.dumps(answer(reader, path)).encode())
        os._exit(0)
    os.close(theirs)
    text = b''.join(iter(lambda: os.read(ours, 1 << 16), b''))
    os.close(ours)
    os.waitpid(child, 0)
    print(text.decode() or '{"refused": "died"}', flush=True)
