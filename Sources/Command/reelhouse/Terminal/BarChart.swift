import Logging

import enum Domain.NumberFormat

/// Draws values as bars of block characters, all with the same scale.
struct BarChart {
    private(set) var bars: [(label: String, value: Double, text: String)] = []

    /// Adds a bar. Its value is shown as the given text, or as a whole number.
    mutating func add(_ label: String, _ value: Double, text: String? = nil) {
        let value = value.isFinite ? max(0, value) : 0
        bars.append((PlainText.escape(label), value, text ?? NumberFormat.grouped(Int64(clamping: value))))
    }

    /// The chart in a width in columns. It ends in a line feed, unless there are no bars.
    func text(width: Int = 80) -> String {
        let label = min(bars.map { DisplayWidth.of($0.label) }.max() ?? 0, max(8, width / 3))
        let value = bars.map { DisplayWidth.of($0.text) }.max() ?? 0
        let room = max(1, width - label - value - 4)
        let greatest = bars.map(\.value).max() ?? 0
        return bars.map { bar in
            let name = DisplayWidth.pad(DisplayWidth.truncate(bar.label, to: label), to: label)
            let length = Self.bar(share: greatest > 0 ? bar.value / greatest : 0, width: room)
            let line = name + "  " + DisplayWidth.pad(bar.text, to: value, isTrailing: true) + "  " + length
            return line.hasSuffix("  ") ? line.dropLast(2) + "\n" : line + "\n"
        }.joined()
    }

    /// A bar, exact to an eighth of a column. A share above 0 is always visible.
    static func bar(share: Double, width: Int) -> String {
        let eighths = Int((min(max(share, 0), 1) * Double(width * 8)).rounded())
        let parts = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"]
        let shown = share > 0 ? max(1, eighths) : 0
        return String(repeating: "█", count: shown / 8) + parts[shown % 8]
    }
}
