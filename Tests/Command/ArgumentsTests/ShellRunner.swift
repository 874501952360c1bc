import Foundation

/// Runs programs that tests hold scripts and pages against.
enum ShellRunner {
    struct Output: Equatable {
        var status: Int32
        var text: String
        var errors: String
    }

    /// Where a program is, or nil.
    static func find(_ program: String) -> String? {
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
        return folders.map { "\($0)/\(program)" }.first { FileManager.default.isExecutableFile(atPath: $0) }
    }

    /// Runs a program in a folder of its own, which holds the files given and is removed afterwards.
    static func run(_ program: String, _ arguments: [String], files: [String: String] = [:]) throws -> Output {
        let folder = FileManager.default.temporaryDirectory.appending(path: "arguments-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        for (name, text) in files { try Data(text.utf8).write(to: folder.appending(path: name)) }
        let process = Process()
        process.executableURL = URL(filePath: program)
        process.arguments = arguments
        process.currentDirectoryURL = folder
        process.environment = ["PATH": "/usr/bin:/bin", "HOME": folder.path, "LC_ALL": "C.UTF-8"]
        let output = folder.appending(path: ".output")
        let errors = folder.appending(path: ".errors")
        for url in [output, errors] { try Data().write(to: url) }
        process.standardOutput = try FileHandle(forWritingTo: output)
        process.standardError = try FileHandle(forWritingTo: errors)
        process.standardInput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        return Output(
            status: process.terminationStatus,
            text: String(decoding: try contents(of: output), as: UTF8.self),
            errors: String(decoding: try contents(of: errors), as: UTF8.self)
        )
    }

    /// Not by Data(contentsOf:), which leaks a page for an empty file.
    private static func contents(of url: URL) throws -> Data {
        let file = try FileHandle(forReadingFrom: url)
        defer { try? file.close() }
        return try file.readToEnd() ?? Data()
    }
}
