#ifndef CMEMORY_H
#define CMEMORY_H

/// Has freed memory given back to the system at once where a piece is as large as `large_bytes`, and what is free at
/// the end of the heap from `trim_bytes` on. Where the C library has no such thing nothing happens.
void rh_return_large_memory(int large_bytes, int trim_bytes);

#endif
