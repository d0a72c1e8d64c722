#!/bin/sh
# Starts a kernel in this process: startKernel.sh NODE FOLDER ARGUMENT... (kernelSnapshot.ts says what the snapshots in FOLDER are).
# V8 takes a snapshot from the very program, options and kind of processor that made it, and else ends: so its name says which those were,
# and a snapshot with which a kernel has not come up is not taken a second time.
node=$1
folder=$2
shift 2
# Each of Node's threads would have memory of the C library's for itself, and keep what it once needed: 30 MB. What cells start has its own setting.
if [ -z "$MALLOC_ARENA_MAX" ]; then
  MALLOC_ARENA_MAX=2
  VOXLAB_ARENAS=set
  export MALLOC_ARENA_MAX VOXLAB_ARENAS
fi
if [ -z "$NODE_OPTIONS" ]; then
  made=$({ stat -L -c '%i %s %Y' "$node"; grep -m 1 -E '^(flags|Features)' /proc/cpuinfo; } 2>/dev/null | cksum | cut -d ' ' -f 1)
  VOXLAB_SNAPSHOT=$folder/kernel-$made.blob
  export VOXLAB_SNAPSHOT
  if [ -r "$VOXLAB_SNAPSHOT" ] && mkdir "$VOXLAB_SNAPSHOT.tried" 2>/dev/null; then
    exec "$node" --snapshot-blob "$VOXLAB_SNAPSHOT" "$@"
  fi
fi
exec "$node" "$@"
