import Foundation

/// What this process has open: files, and the sockets of tests.
public enum OpenDescriptors {
    /// Lets a program that is started have none of it but its input and outputs. Else it would hold the port of a server
    /// that has ended here.
    public static func close(by actions: inout posix_spawn_file_actions_t) {
        for name in (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? [] {
            if let descriptor = Int32(name), descriptor > 2 { posix_spawn_file_actions_addclose(&actions, descriptor) }
        }
    }
}
