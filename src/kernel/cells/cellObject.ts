/** The name of the object through which a running cell reaches the kernel. */
export const CELL_OBJECT = '__voxlab_cell__';
