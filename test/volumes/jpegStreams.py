"""Two small encoders of JPEG (ITU-T T.81) for kinds that no package here writes: lossless (any predictor) and the DCT with 8
and 12 bits. Tables are the simplest that are allowed: codes of one length."""
import math
import struct

import numpy as np


class Bits:
    def __init__(self):
        self.value, self.count, self.out = 0, 0, bytearray()

    def put(self, value, count):
        self.value = (self.value << count) | (value & ((1 << count) - 1))
        self.count += count
        while self.count >= 8:
            byte = (self.value >> (self.count - 8)) & 255
            self.out.append(byte)
            if byte == 255:
                self.out.append(0)
            self.count -= 8
        self.value &= (1 << self.count) - 1

    def end(self):
        if self.count:
            self.put((1 << (8 - self.count)) - 1, 8 - self.count)
        return bytes(self.out)


def segment(marker, payload):
    return struct.pack('>HH', marker, len(payload) + 2) + payload


def huffman(kind, symbols, length):
    counts = [0] * 16
    counts[length - 1] = len(symbols)
    return segment(0xFFC4, bytes([kind]) + bytes(counts) + bytes(symbols))


def magnitude(value):
    """Category and the bits behind it."""
    size = abs(value).bit_length()
    return size, value if value >= 0 else value + (1 << size) - 1


def jpeg_lossless(a, precision, predictor):
    a = np.asarray(a, dtype=np.int64)
    rows, columns = a.shape
    bits = Bits()
    for y in range(rows):
        for x in range(columns):
            if y == 0:
                guess = 1 << (precision - 1) if x == 0 else a[0, x - 1]
            elif x == 0:
                guess = a[y - 1, 0]
            else:
                ra, rb, rc = int(a[y, x - 1]), int(a[y - 1, x]), int(a[y - 1, x - 1])
                guess = (ra, rb, rc, ra + rb - rc, ra + ((rb - rc) >> 1), rb + ((ra - rc) >> 1), (ra + rb) >> 1)[predictor - 1]
            difference = (int(a[y, x]) - int(guess)) & 0xFFFF
            if difference >= 0x8000:
                difference -= 0x10000
            if difference == -0x8000:
                bits.put(16, 5)
                continue
            size, rest = magnitude(difference)
            bits.put(size, 5)
            bits.put(rest, size)
    return (b'\xff\xd8' + segment(0xFFC3, struct.pack('>BHHB', precision, rows, columns, 1) + bytes([1, 0x11, 0]))
            + huffman(0x00, range(17), 5) + segment(0xFFDA, bytes([1, 1, 0, predictor, 0, 0])) + bits.end() + b'\xff\xd9')


def zigzag():
    order = sorted(((y, x) for y in range(8) for x in range(8)), key=lambda p: (p[0] + p[1], p[0] if (p[0] + p[1]) % 2 else p[1]))
    return order


def jpeg_dct(a, precision):
    a = np.asarray(a, dtype=np.float64)
    rows, columns = a.shape
    padded = np.pad(a, ((0, -rows % 8), (0, -columns % 8)), mode='edge') - (1 << (precision - 1))
    basis = np.array([[(math.sqrt(.125) if u == 0 else .5) * math.cos((2 * x + 1) * u * math.pi / 16) for x in range(8)] for u in range(8)])
    order = zigzag()
    symbols = [0, 0xF0] + [run << 4 | size for run in range(16) for size in range(1, 15)]
    code = {symbol: index for index, symbol in enumerate(symbols)}
    bits, before = Bits(), 0
    for y in range(0, padded.shape[0], 8):
        for x in range(0, padded.shape[1], 8):
            block = np.rint(basis @ padded[y:y + 8, x:x + 8] @ basis.T).astype(int)
            values = [int(block[p]) for p in order]
            size, rest = magnitude(values[0] - before)
            before = values[0]
            bits.put(size, 5)
            bits.put(rest, size)
            run = 0
            last = max((i for i in range(1, 64) if values[i]), default=0)
            for value in values[1:last + 1]:
                if value == 0:
                    run += 1
                    continue
                while run > 15:
                    bits.put(code[0xF0], 8)
                    run -= 16
                size, rest = magnitude(value)
                bits.put(code[run << 4 | size], 8)
                bits.put(rest, size)
                run = 0
            if last < 63:
                bits.put(code[0], 8)
    table = segment(0xFFDB, b'\0' + bytes([1] * 64))
    frame = segment(0xFFC0 if precision == 8 else 0xFFC1, struct.pack('>BHHB', precision, rows, columns, 1) + bytes([1, 0x11, 0]))
    return (b'\xff\xd8' + table + frame + huffman(0x00, range(12 if precision == 8 else 16), 5) + huffman(0x10, symbols, 8)
            + segment(0xFFDA, bytes([1, 1, 0, 0, 63, 0])) + bits.end() + b'\xff\xd9')
