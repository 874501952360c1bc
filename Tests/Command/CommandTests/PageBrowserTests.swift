import Foundation
import Testing

@testable import reelhouse

/// The page of `reelhouse report` in a browser: on a phone and a desktop, light and dark.
@Suite(.serialized, .waits) struct PageBrowserTests {
    private static let lack = "no chromium: install it (make test-deps)"

    @Test(.enabled(if: PageBrowser.path != nil, "\(PageBrowserTests.lack)"), arguments: [false, true])
    func isReadableEverywhere(isDark: Bool) throws {
        let runner = try ReportPageTests.loaded(days: 40)
        _ = try ReportPageTests.page(runner)
        let visit = try PageBrowser.visit(runner.folder, isDark: isDark)
        #expect(visit.console == [])
        #expect(visit.findings.map(\.width) == [360, 768, 1200])
        for finding in visit.findings {
            #expect(finding.scrollWidth <= finding.clientWidth && finding.wide == [], "\(finding)")
            #expect(finding.charts == 5 && finding.rects > 100 && finding.requests == 0, "\(finding)")
            // WCAG 2.2, AA: 4.5 for text, 3 for what is drawn.
            #expect(finding.contrast >= 4.5 && finding.graphics >= 3, "\(finding)")
            // The link past the sections, six sections, four tables to open, and seven that may scroll.
            #expect(finding.focusable == 18 && finding.outline == "solid", "\(finding)")
            #expect((finding.background == "rgb(251, 250, 247)") != isDark, "\(finding)")
        }
    }

    /// What the browser is asked for, it finds.
    @Test(.enabled(if: PageBrowser.path != nil, "\(PageBrowserTests.lack)"))
    func defectsAreFound() throws {
        let runner = try ReportPageTests.loaded(events: 300, days: 2)
        let page = try ReportPageTests.page(runner)
        let defect = "<p style=\"width:2000px;color:#ccc\">wide and pale</p><img src=\"http://127.0.0.1:9/x.png\"/>"
        try page.replacing("<main id=\"main\">", with: "<main id=\"main\">" + defect)
            .write(toFile: runner.path("report.html"), atomically: true, encoding: .utf8)
        let visit = try PageBrowser.visit(runner.folder, isDark: false)
        #expect(visit.console.contains { $0.contains("Content Security Policy") })
        let phone = try #require(visit.findings.first)
        #expect(phone.scrollWidth > phone.clientWidth && phone.wide.contains("P"))
        #expect(phone.contrast < 2 && phone.worst.contains("wide and pale"))
    }
}
