// The checks of libcurl's macros need options that are constants where they are called.
#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>
// Swift's module of the C library leaves it out.
#include <sys/epoll.h>

// curl_easy_setopt, curl_easy_getinfo and curl_multi_setopt are variadic, which Swift cannot call. Each function below is one
// of them for values of one type (https://curl.se/libcurl/c/curl_easy_setopt.html).

static inline CURLcode reelhouse_curl_set_long(CURL *handle, CURLoption option, long value) {
    return curl_easy_setopt(handle, option, value);
}

static inline CURLcode reelhouse_curl_set_text(CURL *handle, CURLoption option, const char *value) {
    return curl_easy_setopt(handle, option, value);
}

static inline CURLcode reelhouse_curl_set_list(CURL *handle, CURLoption option, struct curl_slist *value) {
    return curl_easy_setopt(handle, option, value);
}

static inline CURLcode reelhouse_curl_set_pointer(CURL *handle, CURLoption option, void *value) {
    return curl_easy_setopt(handle, option, value);
}

static inline CURLcode reelhouse_curl_set_writer(
    CURL *handle, size_t (*write)(char *bytes, size_t size, size_t count, void *receiver)) {
    return curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, write);
}

static inline CURLcode reelhouse_curl_get_long(CURL *handle, CURLINFO info, long *value) {
    return curl_easy_getinfo(handle, info, value);
}

static inline CURLcode reelhouse_curl_get_offset(CURL *handle, CURLINFO info, curl_off_t *value) {
    return curl_easy_getinfo(handle, info, value);
}

static inline CURLcode reelhouse_curl_get_text(CURL *handle, CURLINFO info, char **value) {
    return curl_easy_getinfo(handle, info, value);
}

/// Names the functions that libcurl calls when it waits for a socket or for a time.
static inline CURLMcode reelhouse_curl_multi_set_callbacks(
    CURLM *handle, int (*socket)(CURL *transfer, curl_socket_t socket, int what, void *receiver, void *data),
    int (*timer)(CURLM *handle, long milliseconds, void *receiver), void *receiver) {
    CURLMcode status = curl_multi_setopt(handle, CURLMOPT_SOCKETDATA, receiver);
    if (status == CURLM_OK) status = curl_multi_setopt(handle, CURLMOPT_SOCKETFUNCTION, socket);
    if (status == CURLM_OK) status = curl_multi_setopt(handle, CURLMOPT_TIMERDATA, receiver);
    if (status == CURLM_OK) status = curl_multi_setopt(handle, CURLMOPT_TIMERFUNCTION, timer);
    return status;
}

/// What libcurl says of itself; a macro names the version of the answer.
static inline curl_version_info_data *reelhouse_curl_version(void) { return curl_version_info(CURLVERSION_NOW); }

static inline CURLMcode reelhouse_curl_multi_set_long(CURLM *handle, CURLMoption option, long value) {
    return curl_multi_setopt(handle, option, value);
}
