#include "CMemory.h"

#if defined(__GLIBC__) || defined(__linux__)
#include <malloc.h>
#endif

void rh_return_large_memory(int large_bytes, int trim_bytes) {
#if defined(__GLIBC__)
    // If a setting is refused, memory is only returned later.
    (void)mallopt(M_MMAP_THRESHOLD, large_bytes);
    (void)mallopt(M_TRIM_THRESHOLD, trim_bytes);
#else
    (void)large_bytes;
    (void)trim_bytes;
#endif
}
