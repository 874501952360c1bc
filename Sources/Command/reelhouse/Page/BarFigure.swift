/// A chart of bars as an SVG, with the numbers behind it as a table.
///
/// Positions along the axis are percents and heights are pixels, so that the chart takes the width that there is while
/// its texts keep their size.
struct BarFigure {
    /// Values of one kind, one for each bar.
    struct Series {
        let name: String
        let values: [Double]
        /// The total as the legend shows it; nil for none.
        var total: String?
    }

    /// How the series of a bar are drawn.
    enum Arrangement {
        /// On top of each other.
        case stacked
        /// Behind each other, the later ones narrower.
        case layered
    }

    /// The start of the ids of the chart's elements.
    let id: String
    let title: String
    /// What is to be seen, in a sentence, for those who do not see it.
    let description: String
    let arrangement: Arrangement
    let series: [Series]
    /// The names of the bars.
    let names: [String]
    /// The names of bars under the axis; those that have room are written.
    let labels: [String]
    /// What the values are: "events".
    let unit: String
    var isWhole = true

    private static let (height, top, bottom) = (200.0, 26.0, 24.0)
    private var plot: Double { Self.height - Self.top - Self.bottom }

    /// The greatest value that is drawn.
    private var greatest: Double {
        names.indices.reduce(0) { greatest, bar in
            let values = series.map { $0.values[bar] }
            return max(greatest, arrangement == .stacked ? values.reduce(0, +) : values.max() ?? 0)
        }
    }

    /// Writes the legend and the SVG.
    func write(to markup: inout Markup) {
        if series.count > 1 { writeLegend(to: &markup) }
        let scale = AxisScale(upTo: greatest, isWhole: isWhole)
        markup.element("div", ["class": "chart"]) { chart in
            writeTicks(scale, to: &chart)
            chart.element(
                "svg",
                [
                    "role": "img", "aria-labelledby": "\(id)-title \(id)-description", "width": "100%",
                    "height": Self.number(Self.height),
                ]
            ) { svg in
                svg.element("title", ["id": "\(id)-title"], text: title)
                svg.element("desc", ["id": "\(id)-description"], text: description)
                for tick in scale.ticks {
                    let y = Self.number(self.y(tick, scale))
                    svg.empty(
                        "line", ["class": tick == 0 ? "axis" : "grid", "x1": "0", "x2": "100%", "y1": y, "y2": y])
                }
                for bar in names.indices { write(bar, scale, to: &svg) }
                writeLabels(to: &svg)
            }
        }
    }

    /// Writes the numbers beside the lines, and what they count above them.
    private func writeTicks(_ scale: AxisScale, to chart: inout Markup) {
        chart.element("svg", ["aria-hidden": "true", "width": "100%", "height": Self.number(Self.height)]) { svg in
            func write(_ text: String, _ y: Double) {
                svg.element(
                    "text", ["class": "tick", "x": "100%", "y": Self.number(y), "text-anchor": "end"], text: text)
            }
            write(unit, 10)
            for tick in scale.ticks { write(PageNumber.tick(tick), y(tick, scale) + 4) }
        }
    }

    private func writeLegend(to markup: inout Markup) {
        markup.element("ul", ["class": "legend", "aria-hidden": "true"]) { list in
            for (index, one) in series.enumerated() {
                list.element("li") { item in
                    item.element("span", ["class": "swatch s\(index)"], text: "")
                    item.text(one.name)
                    if let total = one.total { item.element("span", ["class": "total"], text: " " + total) }
                }
            }
        }
    }

    private func write(_ bar: Int, _ scale: AxisScale, to svg: inout Markup) {
        guard series.contains(where: { $0.values[bar] > 0 }) else { return }
        let slot = 100 / Double(names.count)
        let width = slot * (names.count > 60 ? 0.86 : 0.8)
        var base = 0.0
        svg.element("g") { group in
            group.element("title", text: names[bar] + ": " + words(of: bar))
            for (index, one) in series.enumerated() where one.values[bar] > 0 {
                let value = one.values[bar]
                let isInner = arrangement == .layered && index > 0
                let barWidth = isInner ? width * 0.55 : width
                let top = y(base + value, scale)
                // What is there is seen, however little it is.
                let height = max(arrangement == .stacked ? 0 : 1, y(base, scale) - top)
                group.empty(
                    "rect",
                    [
                        "class": "s\(index)", "x": Self.number(slot * Double(bar) + (slot - barWidth) / 2) + "%",
                        "width": Self.number(barWidth) + "%", "y": Self.number(top), "height": Self.number(height),
                    ])
                if arrangement == .stacked { base += value }
            }
        }
    }

    private func words(of bar: Int) -> String {
        series.filter { $0.values[bar] > 0 }
            .map { "\($0.name) \(PageNumber.grouped(Int64($0.values[bar].rounded())))" }.joined(separator: ", ")
    }

    /// Writes the first, the middle and the last label.
    private func writeLabels(to svg: inout Markup) {
        guard let first = labels.first, let last = labels.last else { return }
        let y = Self.number(Self.height - 6)
        func write(_ text: String, _ x: String, _ anchor: String) {
            svg.element("text", ["class": "tick", "x": x, "y": y, "text-anchor": anchor], text: text)
        }
        if labels.count == 1 { return write(first, "50%", "middle") }
        write(first, "0", "start")
        write(last, "100%", "end")
        guard labels.count >= 5 else { return }
        let middle = labels.count / 2
        write(labels[middle], Self.number((Double(middle) + 0.5) * 100 / Double(labels.count)) + "%", "middle")
    }

    private func y(_ value: Double, _ scale: AxisScale) -> Double { Self.top + plot * (1 - scale.share(value)) }

    /// A number with at most two digits after the point.
    static func number(_ value: Double) -> String {
        let rounded = (value * 100).rounded() / 100
        return rounded == rounded.rounded() ? String(Int64(rounded)) : String(rounded)
    }
}
