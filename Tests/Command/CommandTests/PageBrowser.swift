import Foundation
import TestSupport

/// Chromium without a window, which opens a page at several widths and measures it.
struct PageBrowser {
    /// What the browser says of the page at one width.
    struct Finding: Decodable {
        let width, scrollWidth, clientWidth: Int
        /// The elements that are wider than the page, other than regions that scroll by themselves.
        let wide: [String]
        let charts, rects: Int
        /// The least contrast of a text, which text it is, and the least one of a bar.
        let contrast: Double
        let worst: String
        let graphics: Double
        /// How many elements take the focus, and how the last of them shows it.
        let focusable: Int
        let outline: String
        let background: String
        let requests: Int
    }

    /// The browser's path; nil where there is none.
    static let path = ["chromium", "chromium-browser", "google-chrome"].lazy
        .flatMap { name in ["/usr/bin/", "/usr/local/bin/"].map { $0 + name } }
        .first { FileManager.default.isExecutableFile(atPath: $0) }

    /// What the browser writes to its console, and what it finds at each width.
    struct Visit {
        let findings: [Finding]
        let console: [String]
    }

    /// Opens `report.html` of a folder.
    static func visit(_ folder: String, isDark: Bool) throws -> Visit {
        try harness.write(toFile: folder + "/harness.html", atomically: true, encoding: .utf8)
        let profile = try TemporaryFolder()
        // The time is virtual, so that a slow machine gets the same answer.
        let result = try ChildProcess(
            path ?? "",
            [
                "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
                "--disable-background-networking", "--allow-file-access-from-files",
                "--user-data-dir=\(profile.path)", "--blink-settings=preferredColorScheme=\(isDark ? 0 : 1)",
                "--enable-logging=stderr", "--virtual-time-budget=60000", "--dump-dom",
                "file://\(folder)/harness.html",
            ], currentFolder: folder
        ).wait()
        let console = result.errors.split(separator: "\n").filter { $0.contains(":CONSOLE") }.map(String.init)
        guard let match = result.output.firstMatch(of: /<pre id="result">(.*?)<\/pre>/) else {
            throw ServerWords("chromium gave no result, status \(result.status): \(result.errors.suffix(2000))")
        }
        let findings = try JSONDecoder().decode([Finding].self, from: Data(match.1.utf8))
        return Visit(findings: findings.sorted { $0.width < $1.width }, console: console)
    }

    private struct ServerWords: Error, CustomStringConvertible {
        let description: String
        init(_ description: String) { self.description = description }
    }

    /// A page that opens the report in frames and writes what it measures as JSON.
    private static let harness = #"""
        <!DOCTYPE html><meta charset="utf-8"><link rel="icon" href="data:,"><body><script>
        function rgb(text) { const n = (text.match(/[\d.]+/g) || [0, 0, 0, 0]).map(Number); return n.length < 4 ? n.concat(1) : n; }
        function light(c) {
          const [r, g, b] = c.slice(0, 3).map(v => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
          return 0.2126 * r + 0.7152 * g + 0.0722 * b;
        }
        function contrast(a, b) { const [x, y] = [light(a), light(b)].sort((p, q) => q - p); return (x + 0.05) / (y + 0.05); }
        function behind(element, view) {
          for (let e = element; e; e = e.parentElement) {
            const c = rgb(view.getComputedStyle(e).backgroundColor);
            if (c[3] > 0) return c;
          }
          return [255, 255, 255, 1];
        }
        function judge(frame, width) {
          const page = frame.contentDocument, view = frame.contentWindow, root = page.documentElement;
          for (const d of page.querySelectorAll('details')) d.open = true;
          let least = 99, worst = '', graphics = 99;
          for (const e of page.body.querySelectorAll('*')) {
            const own = [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim());
            const style = view.getComputedStyle(e);
            if (e.matches('rect, .bar, .swatch')) {
              const c = rgb(e.matches('rect') ? style.fill : style.backgroundColor);
              if (c[3] > 0) graphics = Math.min(graphics, contrast(c, behind(e.parentElement, view)));
            }
            if (!own || e.matches('title, desc, style, script')) continue;
            const c = contrast(rgb(e.namespaceURI.endsWith('svg') ? style.fill : style.color), behind(e, view));
            if (c < least) { least = c; worst = e.tagName + '.' + (e.getAttribute('class') || '') + ' ' + e.textContent.slice(0, 30); }
          }
          const wide = [...page.body.querySelectorAll('*')].filter(e =>
            e.getBoundingClientRect().right > root.clientWidth + 1 && !e.closest('.scroll') && !e.matches('.skip')).map(e => e.tagName);
          const focusable = [...page.querySelectorAll('a, summary, .scroll')].filter(e => { e.focus(); return page.activeElement === e; });
          const last = focusable[focusable.length - 1];
          return {
            width, scrollWidth: root.scrollWidth, clientWidth: root.clientWidth, wide,
            charts: [...page.querySelectorAll('svg[role=img]')].filter(e => e.getBoundingClientRect().width > 100).length,
            rects: page.querySelectorAll('rect').length,
            contrast: Math.round(least * 100) / 100, worst, graphics: Math.round(graphics * 100) / 100,
            focusable: focusable.length, outline: last ? view.getComputedStyle(last).outlineStyle : '',
            background: view.getComputedStyle(page.body).backgroundColor,
            requests: view.performance.getEntriesByType('resource').length,
          };
        }
        const results = [];
        const widths = [360, 768, 1200];
        for (const width of widths) {
          const frame = document.createElement('iframe');
          frame.width = width; frame.height = 900; frame.src = 'report.html';
          frame.onload = () => {
            results.push(judge(frame, width));
            if (results.length === widths.length) {
              const pre = document.createElement('pre'); pre.id = 'result'; pre.textContent = JSON.stringify(results);
              document.body.append(pre);
            }
          };
          document.body.append(frame);
        }
        </script></body>
        """#
}
