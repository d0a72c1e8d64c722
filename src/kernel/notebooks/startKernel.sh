#!/bin/sh
# Starts a kernel in this process: startKernel.sh NODE FOLDER ARGUMENT... (kernelSnapshot.ts says what the snapshots in FOLDER are).
# V8 takes a snapshot from the very program, options and kind of processor that made it, and else ends: so its name says which those were,
# and a snapshot with which a kernel has not come up is not taken a second time.
node=$1
folder=$2
shift 2
# Whether all kernels that began with the snapshot have come up, or still may; each is this process of its own.
comesUp() {
  for kernel in "$VOXLAB_SNAPSHOT".tried.*; do
    if [ -e "$kernel" ]; then kill -0 "${kernel##*.}" 2>/dev/null || return 1; fi
  done
}
# Memory of the C library's. Each of Node's threads would have its own, and keep what it once needed: 30 MB. In large pages a snapshot
# is read with half the work. What cells start has its own settings.
if [ -z "$MALLOC_ARENA_MAX" ]; then
  MALLOC_ARENA_MAX=2
  VOXLAB_ALLOCATION=MALLOC_ARENA_MAX
  export MALLOC_ARENA_MAX
fi
if [ -z "$GLIBC_TUNABLES" ]; then
  GLIBC_TUNABLES=glibc.malloc.hugetlb=1
  VOXLAB_ALLOCATION="$VOXLAB_ALLOCATION GLIBC_TUNABLES"
  export GLIBC_TUNABLES
fi
export VOXLAB_ALLOCATION
if [ -z "$NODE_OPTIONS" ]; then
  options='--no-rehash-snapshot --no-verify-snapshot-checksum'
  made=$({ stat -L -c '%i %s %Y' "$node"; grep -m 1 -E '^(flags|Features)' /proc/cpuinfo; echo "$options"; } 2>/dev/null | cksum)
  VOXLAB_SNAPSHOT=$folder/kernel-${made%% *}.blob
  export VOXLAB_SNAPSHOT
  if [ -r "$VOXLAB_SNAPSHOT" ] && comesUp && { echo >"$VOXLAB_SNAPSHOT.tried.$$"; } 2>/dev/null; then
    exec "$node" $options --snapshot-blob "$VOXLAB_SNAPSHOT" "$@"
  fi
fi
exec "$node" "$@"
