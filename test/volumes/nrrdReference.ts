import { runPython } from '../python.js';

/** A scan on disk as the reference knows it. */
export interface NrrdReference {
  readonly path: string;
  /** Header first, then the files with the voxels. */
  readonly files: readonly string[];
  /** What was drawn, for messages. */
  readonly drawn: string;
  /** float64, base64. */
  readonly data: string;
  readonly size: number[];
  readonly spacing: number[];
  readonly origin: number[];
  readonly direction: number[];
  /** Who read the very file, too, and agreed on values and geometry to 1e-9: pynrrd, SimpleITK. */
  readonly agreed: readonly string[];
}

/** Writes NRRD files of drawn properties into a folder and says what they hold; the same for the same seed. */
export function nrrdReferences(folder: string, seed: number, count: number): NrrdReference[] {
  return runPython<NrrdReference[]>(PROGRAM, { folder, seed, count });
}

/*
 * Files are written by pynrrd, by SimpleITK and by hand. Expected are the array that was written, and the geometry by the
 * standard from the fields; pynrrd and SimpleITK must agree wherever they can read the file and follow the standard.
 */
const PROGRAM = String.raw`import base64, gzip, json, os, sys, warnings
import numpy as np, nrrd, SimpleITK as sitk
warnings.simplefilter('ignore'); sitk.ProcessObject_SetGlobalWarningDisplay(False)
asked = json.load(sys.stdin); rng = np.random.default_rng(asked['seed']); folder = asked['folder']
pick = lambda values: values[int(rng.integers(len(values)))]
chance = lambda p: rng.random() < p
SPELLINGS = {'i1': ['signed char', 'int8', 'int8_t'], 'u1': ['uchar', 'unsigned char', 'uint8', 'uint8_t'],
  'i2': ['short', 'short int', 'signed short', 'signed short int', 'int16', 'int16_t'], 'u2': ['ushort', 'unsigned short', 'unsigned short int', 'uint16', 'uint16_t'],
  'i4': ['int', 'signed int', 'int32', 'int32_t'], 'u4': ['uint', 'unsigned int', 'uint32', 'uint32_t'],
  'i8': ['longlong', 'long long', 'long long int', 'signed long long', 'signed long long int', 'int64', 'int64_t'],
  'u8': ['ulonglong', 'unsigned long long', 'unsigned long long int', 'uint64', 'uint64_t'], 'f4': ['float'], 'f8': ['double']}
NAMES = {'right-anterior-superior': ['RAS', 'right anterior superior', 'rightanteriorsuperior'], 'left-anterior-superior': ['LAS', 'left anterior superior', 'leftanteriorsuperior'],
  'left-posterior-superior': ['LPS', 'left posterior superior', 'leftposteriorsuperior'], 'scanner-xyz': [], '3D-right-handed': ['3D right handed', '3Drighthanded'],
  '3D-left-handed': ['3D left handed', '3Dlefthanded'], 'right-anterior-superior-time': ['RAST'], 'left-anterior-superior-time': ['LAST'],
  'left-posterior-superior-time': ['LPST'], 'scanner-xyz-time': ['scanner-xyzt'], '3D-right-handed-time': [], '3D-left-handed-time': []}
SIGN = {'right': (-1, -1, 1), 'left-a': (1, -1, 1)}
UNITS = {'mm': 1, 'MM': 1, 'millimeters': 1, 'furlong': 1, '': 1, 'microns': 1e-3, 'um': 1e-3, 'cm': 10, 'centimeter': 10, 'm': 1000, 'meters': 1000}
ITK_UNITS = [unit for unit, factor in UNITS.items() if factor == 1]
number = lambda x: repr(float(x))
vector = lambda v: 'none' if v is None else '(' + ','.join(map(number, v)) + ')'

def rotation():
  q = rng.normal(size=4); w, x, y, z = q / np.linalg.norm(q)
  r = np.array([[1-2*(y*y+z*z), 2*(x*y-w*z), 2*(x*z+w*y)], [2*(x*y+w*z), 1-2*(x*x+z*z), 2*(y*z-w*x)], [2*(x*z-w*y), 2*(y*z+w*x), 1-2*(x*x+y*y)]])
  return r * ([1, 1, -1] if chance(.5) else [1, 1, 1])

def voxels(kind, shape):
  if kind[0] == 'f':
    a = rng.normal(-200, 700, shape); a.flat[0] = np.nan if chance(.2) else 1e-30
  else:
    info = np.iinfo(kind); a = rng.integers(max(info.min, -2**53), min(info.max, 2**53), shape, endpoint=True)
  return a.astype(kind)

def geometry(h, kept):
  if 'space directions' in h:
    space = h.get('space', ''); sign = next((s for start, s in SIGN.items() if space.startswith(start)), (1, 1, 1))
    scale = np.array([UNITS[u] for u in h.get('space units', ['mm'] * 3)][:3]) * sign
    steps = np.array([h['space directions'][axis][:3] for axis in kept]) * scale
    origin = np.array(h.get('space origin', np.zeros(3)))[:3] * scale
  else:
    scale = np.array([UNITS[h['units'][axis]] if 'units' in h else 1 for axis in kept])
    spacings = np.array([h['spacings'][axis] if 'spacings' in h else 1. for axis in kept]) * scale
    steps = np.diag(spacings)
    origin = np.zeros(3)
    if 'axis mins' in h:
      node = [h.get('centerings', ['cell'] * 9)[axis] == 'node' for axis in kept]
      origin = np.array([h['axis mins'][axis] for axis in kept]) * scale + np.where(node, 0, spacings / 2)
  spacing = np.linalg.norm(steps, axis=1)
  return dict(size=[int(h['sizes'][axis]) for axis in kept], spacing=spacing.tolist(), origin=origin.tolist(), direction=(steps / spacing[:, None]).T.ravel().tolist())

def near(a, b):
  return all(np.allclose(a[k], b[k], rtol=1e-9, atol=1e-9) for k in ('size', 'spacing', 'origin', 'direction'))

def draw_space(h, time):
  """Directions and origin in a space; vectors of three numbers, or four with time."""
  n = 4 if time else 3
  name = pick([s for s in NAMES if s.endswith('-time') == time] + ([] if time else [None]))
  h.update({'space dimension': n} if name is None else {'space': name})
  units = [pick(list(UNITS)) if chance(.5) else 'mm' for _ in range(n)] if chance(.4) else None
  factor = np.array([UNITS[u] for u in units or ['mm'] * n])
  spacing = rng.uniform(.3, 5, 3); matrix = pick([lambda: np.eye(3), rotation, rotation, lambda: np.eye(3)[[2, 0, 1]] * [-1, 1, -1], lambda: rotation() + rng.uniform(-.2, .2, (3, 3))])()
  rows = [np.append(row, [0] * (n - 3)) / factor for row in (matrix * spacing).T]
  if len(h['sizes']) == 4: rows.insert(h['extra'], np.array([0, 0, 0, 1.]) if time and chance(.5) else None)
  h['space directions'] = rows
  if chance(.8): h['space origin'] = rng.uniform(-500, 500, n) / factor
  if units is not None: h['space units'] = units

def draw_fields():
  """The fields of a header by their meaning; extra = the axis of size 1 that is not the scan's."""
  sizes = rng.integers(2, 6, 3).tolist(); h = {'sizes': sizes}
  if chance(.3):
    h['extra'] = int(rng.integers(4)); sizes.insert(h['extra'], 1)
  time = chance(.2)
  if chance(.7): draw_space(h, time)
  else:
    if chance(.8):
      h['spacings'] = [float(x) for x in rng.uniform(.3, 5, len(sizes)) * np.where(rng.random(len(sizes)) < .15, -1, 1)]
      if chance(.5): h['axis mins'] = rng.uniform(-500, 500, len(sizes)).tolist()
      if chance(.3): h['units'] = ['mm'] * len(sizes)
    if 'extra' in h and 'spacings' in h: h['spacings'][h['extra']] = float('nan')
    if 'extra' in h and 'axis mins' in h: h['axis mins'][h['extra']] = float('nan')
  if chance(.4): h['centerings'] = [pick(['cell', 'node', 'cell', '???']) for _ in sizes]
  if chance(.4) or 'extra' in h:
    h['kinds'] = [pick(['domain', 'space']) for _ in sizes]
    if 'extra' in h: h['kinds'][h['extra']] = pick(['list', 'vector', 'scalar', 'stub', 'time'])
  return h

def text_of(field, value):
  if field == 'space directions': return ' '.join(map(vector, value))
  if field == 'space origin': return vector(value)
  if field in ('units', 'space units'): return ' '.join('"' + u + '"' for u in value)
  if isinstance(value, list): return ' '.join(v if isinstance(v, str) else 'nan' if v != v else repr(v) for v in value)
  return str(value)

def by_hand(n, h, array, plain):
  """Returns path and files. Plain headers are those that pynrrd understands."""
  kind = array.dtype.str[1:]; dim = array.ndim
  encoding = pick(['raw', 'raw', 'gzip', 'gz', 'text', 'txt', 'ascii'] + ([] if plain else ['hex', 'RAW', 'GZip', 'Text']))
  form = encoding.lower(); big = chance(.5)
  where = pick(['attached', 'file'] if plain else ['attached', 'local', 'file', 'list', 'pattern'])
  lines = int(rng.integers(3)) if chance(.3) else 0; skip = int(rng.integers(1, 9)) if chance(.3) else 0
  last = form == 'raw' and chance(.15)
  stored = array.astype(array.dtype.newbyteorder('>' if big else '<'))
  def packed(part):
    # Pieces come fastest axis first in the file: array is z, y, x.
    prefix = rng.integers(0, 256, skip).astype('u1').tobytes()
    if form in ('text', 'txt', 'ascii'): body = (' ' if chance(.5) else '\r\n').join(('%.17g' if kind == 'f8' else '%.9g' if kind == 'f4' else '%d') % v for v in part.ravel()).encode() + (b'\n' if chance(.5) else b'')
    elif form == 'hex': body = b'\n'.join(part.tobytes().hex().encode()[i:i + 70] for i in range(0, 2 * part.nbytes, 70)).upper() + b'\n'
    else: body = part.tobytes()
    body = prefix + body
    if form in ('gzip', 'gz'): body = gzip.compress(body, int(rng.integers(1, 10)))
    return b'a line to skip\n' * lines + body
  stem = pick(['scan', 'a scan'] + ([] if plain else ['schädel'])) + str(n); files = []; data_file = None; listed = []
  ending = '.nrrd' if where in ('attached', 'local') and chance(.8) else '.nhdr'
  def write(name, part):
    os.makedirs(os.path.dirname(os.path.join(folder, name)), exist_ok=True)
    open(os.path.join(folder, name), 'wb').write(packed(part)); files.append(os.path.normpath(os.path.join(folder, name)))
  if where == 'file':
    data_file = pick(['', './', 'voxels/']) + stem + '.raw'; write(data_file, stored)
    if chance(.1): data_file = os.path.join(folder, data_file)
  elif where in ('list', 'pattern'):
    dims = pick([None] + list(range(1, dim + 1)))
    split = dim - 1 if dims is None else dims
    count = pick([k for k in range(1, 6) if array.shape[0] % k == 0]) if split == dim else int(np.prod(array.shape[:dim - split], dtype=int))
    parts = np.split(stored.reshape(-1), count)
    first, step = int(rng.integers(-3, 100)), pick([1, 2, -1, 7]); pattern = stem + pick(['%03d', '-%d-', ' %2d %% ', '%i']) + '.raw'
    numbers = [first + step * i for i in range(count)]; shown = pattern.replace('%i', '%d')
    for i, k in zip(range(count), numbers): write(shown % k, parts[i])
    if where == 'list': data_file = 'LIST' if dims is None else 'LIST %d' % dims; listed = [os.path.basename(f) for f in files]
    else: data_file = '%s %d %d %d' % (pattern, first, numbers[-1], step) + ('' if dims is None else ' %d' % dims)
  elif where == 'local': data_file = 'LOCAL'
  spelling = pick(SPELLINGS[kind])
  fields = [('dimension', dim), *((f, h[f]) for f in ('space', 'space dimension') if f in h), ('sizes', h['sizes'])]
  fields += [(f, v) for f, v in h.items() if f not in ('sizes', 'space', 'space dimension', 'extra')]
  free = [('type', spelling), ('encoding', encoding), ('content', 'a: b'), ('old max', '7')]
  if np.dtype(kind).itemsize > 1 or chance(.3): free.append(('endian', 'big' if big else 'little'))
  if lines or chance(.1): free.append(('line skip', lines))
  if skip or last: free.append(('byte skip', -1 if last else skip))
  if data_file is not None and where != 'list':
    free.append(('data file', data_file)) if where != 'pattern' else fields.append(('data file', data_file))
  for field in free: fields.insert(int(rng.integers(len(fields) + 1)) if where != 'list' else 0, field)
  if where == 'list': fields.append(('data file', data_file))
  if not plain and 'space' in h:
    h = {**h}; at = [f for f, _ in fields].index('space'); fields[at] = ('space', pick(NAMES[h['space']] + [h['space']]))
  rows = []
  for field, value in fields:
    name = field; value = text_of(field, value)
    if not plain:
      if chance(.2): name = name.replace(' ', '') if name != 'centerings' else 'centers'
      if chance(.2): name = pick([name.upper(), name.title()])
      if field in ('type', 'endian', 'space') and chance(.2): value = value.upper()
    if field == 'data file' and where == 'list' or not chance(.15): pass
    else: rows.append(pick(['# a comment: 1', 'key%d:=value: with colon' % len(rows), 'a key %d:=' % len(rows)]))
    rows.append(name + ':' + (' ' if plain or chance(.8) else '   ') + value)
  newline = '\r\n' if chance(.3) else '\n'
  version = pick([4, 5]) if plain else pick([1, 2, 3, 4, 5])
  text = newline.join(['NRRD000%d' % version, *rows, *listed]) + newline
  path = os.path.join(folder, stem + ending)
  ends = where in ('attached', 'local') or chance(.5)
  body = text.encode() + (newline.encode() if ends else b'') + (packed(stored) if where in ('attached', 'local') else b'')
  open(path, 'wb').write(body)
  # ITK takes the empty line below a list for a name.
  itk = not (where == 'local' or (where == 'list' and ends) or (where == 'pattern' and (' ' in pattern or '%i' in pattern)))
  # pynrrd skips bytes before unpacking and again behind it: they stand in the unpacked stream.
  readers = (['pynrrd'] if plain and not (skip and form in ('gzip', 'gz')) else []) + (['SimpleITK'] if itk else [])
  return path, [path] + files, readers, '%s %s %s %s lines %d bytes %d' % (spelling, encoding, where, data_file, lines, -1 if last else skip)

def by_pynrrd(n, h, array):
  path = os.path.join(folder, 'p%d.%s' % (n, pick(['nrrd', 'nhdr']))); encoding = pick(['raw', 'gzip', 'text', 'ascii'])
  header = {f: v for f, v in h.items() if f not in ('sizes', 'extra')}
  if 'space directions' in header: header['space directions'] = [[np.nan] * (4 if 'space' in h and h['space'].endswith('time') or h.get('space dimension') == 4 else 3) if v is None else list(v) for v in header['space directions']]
  header['encoding'] = encoding
  stored = array.astype(array.dtype.newbyteorder('>' if chance(.5) else '<'))
  nrrd.write(path, stored, header, index_order='C')
  data = path[:-5] + {'raw': '.raw', 'gzip': '.raw.gz'}.get(encoding, '.txt')
  return path, [path] + ([data] if path.endswith('nhdr') else []), ['pynrrd', 'SimpleITK'], 'pynrrd ' + encoding

def by_itk(n, kind):
  array = voxels(kind, rng.integers(2, 6, 3)); image = sitk.GetImageFromArray(array)
  image.SetSpacing(rng.uniform(.3, 5, 3).tolist()); image.SetOrigin(rng.uniform(-500, 500, 3).tolist()); image.SetDirection(rotation().ravel().tolist())
  path = os.path.join(folder, 's%d.%s' % (n, pick(['nrrd', 'nhdr']))); packed = chance(.5); sitk.WriteImage(image, path, packed)
  files = [path] + ([path[:-5] + ('.raw.gz' if packed else '.raw')] if path.endswith('nhdr') else [])
  return path, files, array

answer = []
for n in range(asked['count']):
  kind = pick(list(SPELLINGS)); writer = pick(['hand', 'hand', 'plain', 'pynrrd', 'itk'])
  if writer == 'itk':
    path, files, array = by_itk(n, kind); kept = (0, 1, 2); h = None; readers = ['pynrrd', 'SimpleITK']; drawn = 'SimpleITK'
  else:
    h = draw_fields(); kept = [axis for axis in range(len(h['sizes'])) if axis != h.get('extra')]
    array = voxels(kind, h['sizes'][::-1])
    path, files, readers, drawn = by_pynrrd(n, h, array) if writer == 'pynrrd' else by_hand(n, h, array, writer == 'plain')
    # ITK: ignores units, keeps time an axis, and takes a pynrrd header's order of fields for an error or not.
    units = h.get('space units', []) + h.get('units', [])
    time = str(h.get('space', '')).endswith('-time') or h.get('space dimension') == 4 or (h.get('kinds') or [''])[h.get('extra', 0)] == 'time'
    if time or any(UNITS[u] != 1 for u in units): readers = [r for r in readers if r != 'SimpleITK']
  if 'pynrrd' in readers:
    read, parsed = nrrd.read(path, index_order='C')
    assert np.array_equal(read, array, equal_nan=kind[0] == 'f'), (path, 'pynrrd reads other values')
    known = geometry(parsed, kept)
    assert h is None or near(known, geometry(h, kept)), (path, 'pynrrd reads another geometry')
  else: known = geometry(h, kept)
  if 'SimpleITK' in readers:
    image = sitk.ReadImage(path)
    theirs = dict(size=image.GetSize(), spacing=image.GetSpacing(), origin=image.GetOrigin(), direction=image.GetDirection())
    assert near(known, theirs), (path, drawn, 'SimpleITK reads another geometry', known, theirs)
    assert np.array_equal(sitk.GetArrayFromImage(image).ravel(), array.ravel(), equal_nan=kind[0] == 'f'), (path, 'SimpleITK reads other values')
  answer.append(dict(known, path=path, files=files, drawn=drawn, agreed=readers, data=base64.b64encode(array.astype('<f8').tobytes()).decode()))
print(json.dumps(answer))`;
