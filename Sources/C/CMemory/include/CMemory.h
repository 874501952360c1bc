#ifndef CMEMORY_H
#define CMEMORY_H

/// Makes the C library return freed memory to the system: at once for blocks of `large_bytes` or more, and at the end
/// of the heap when `trim_bytes` or more are free there. Does nothing if the C library has no such settings.
void rh_return_large_memory(int large_bytes, int trim_bytes);

#endif
