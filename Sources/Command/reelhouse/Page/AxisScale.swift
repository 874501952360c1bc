import Foundation

import enum Domain.NumberFormat

/// An axis from 0 to a round number, with ticks at round numbers.
struct AxisScale: Equatable {
    /// The greatest value of the axis.
    let top: Double
    /// The values with a line and a label, from 0.
    let ticks: [Double]

    /// The axis for values up to the greatest one. It has two to five steps of 1, 2 or 5 times a power of ten.
    ///
    /// - Parameter isWhole: whether the values are counts, which have no ticks between whole numbers.
    init(upTo greatest: Double, isWhole: Bool = true) {
        let greatest = greatest.isFinite && greatest > 0 ? greatest : 1
        let rough = greatest / 4
        let power = pow(10, floor(log10(rough)))
        let factor = [1.0, 2, 5, 10].first { $0 * power >= rough * 0.999_999 } ?? 10
        let step = isWhole ? max(1, factor * power) : factor * power
        let steps = max(1, Int((greatest / step - 1e-9).rounded(.up)))
        top = step * Double(steps)
        ticks = (0...steps).map { step * Double($0) }
    }

    /// Where a value is, from 0 at the bottom to 1 at the top.
    func share(_ value: Double) -> Double { value.isFinite ? min(max(value / top, 0), 1) : 0 }
}

/// Numbers as the page writes them.
enum PageNumber {
    /// The sign between groups of three digits: a narrow space at which lines do not break.
    static let separator = "\u{202F}"

    /// `1 234 567`.
    static func grouped(_ value: Int64) -> String { spaced(NumberFormat.grouped(value)) }

    /// `8.50`.
    static func fixed(_ value: Double, digits: Int) -> String { spaced(NumberFormat.fixed(value, digits: digits)) }

    /// A share of 1 as `0.00 %`; what is above 0 is never shown as 0.
    static func percent(_ share: Double) -> String {
        let percent = share * 100
        return (percent > 0 && percent < 0.005 ? "< 0.01" : fixed(percent, digits: 2)) + "\(separator)%"
    }

    /// A tick of an axis: `1 500`, `2.5 M`.
    static func tick(_ value: Double) -> String {
        switch value {
        case 1e9...: short(value / 1e9) + "\(separator)bn"
        case 1e6...: short(value / 1e6) + "\(separator)M"
        case 10... where value == value.rounded(): grouped(Int64(value))
        default: short(value)
        }
    }

    private static func short(_ value: Double) -> String {
        let text = fixed(value, digits: 2)
        guard text.contains(".") else { return text }
        let trimmed = text.reversed().drop { $0 == "0" }.drop { $0 == "." }
        return String(trimmed.reversed())
    }

    private static func spaced(_ text: String) -> String { text.replacingOccurrences(of: ",", with: separator) }
}
