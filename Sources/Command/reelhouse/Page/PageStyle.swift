/// The page's style sheet.
enum PageStyle {
    /// Colours that people tell apart whatever colours they see; each has a contrast of at least 3 to the page.
    static let sheet = """
        :root{--page:#fbfaf7;--card:#fff;--ink:#1d2328;--soft:#56606a;--line:#e3e0d8;--axis:#8a9199;--focus:#0b57d0;\
        --s0:#0b61a4;--s1:#d1620b;--s2:#00806a;--s3:#8a3f8f;--s4:#8f6b00;--s5:#78818a;color-scheme:light dark}
        @media (prefers-color-scheme:dark){:root{--page:#15181b;--card:#1d2125;--ink:#eceae4;--soft:#a9b1b9;\
        --line:#343a40;--axis:#7c858d;--focus:#8ab4f8;\
        --s0:#62b0ee;--s1:#f2994a;--s2:#3fc7a5;--s3:#cf95d8;--s4:#e0bd49;--s5:#8d969f}}
        *{box-sizing:border-box}
        html{-webkit-text-size-adjust:100%;scroll-padding-top:1rem}
        body{margin:0;background:var(--page);color:var(--ink);font:1rem/1.5 system-ui,-apple-system,"Segoe UI",Roboto,\
        "Noto Sans",sans-serif;font-variant-numeric:tabular-nums}
        header,main,nav,footer{max-width:62rem;margin:0 auto;padding:0 1rem}
        header{padding-top:2rem}
        h1{font-size:1.75rem;line-height:1.2;margin:0 0 .25rem}
        h2{font-size:1.2rem;line-height:1.3;margin:0 0 .25rem}
        p{margin:.25rem 0 .75rem;max-width:44rem}
        .soft{color:var(--soft)}
        .note{border-left:.25rem solid var(--s1);padding:.5rem .75rem;background:var(--card)}
        nav ul{display:flex;flex-wrap:wrap;gap:.25rem 1rem;list-style:none;margin:1rem 0;padding:0}
        a{color:var(--s0)}
        nav a{display:inline-block;padding:.25rem 0}
        a:focus-visible,summary:focus-visible,.scroll:focus-visible{outline:3px solid var(--focus);outline-offset:2px}
        .skip{position:absolute;left:-999rem}
        .skip:focus{left:1rem;top:.5rem;background:var(--card);padding:.5rem;z-index:1}
        dl{display:grid;gap:.75rem;margin:.75rem 0}
        .counts{grid-template-columns:repeat(6,minmax(0,1fr))}
        @media (max-width:54rem){.counts{grid-template-columns:repeat(3,minmax(0,1fr))}}
        .times{grid-template-columns:repeat(auto-fit,minmax(12rem,1fr))}
        dl div,section{background:var(--card);border:1px solid var(--line);border-radius:.5rem}
        dl div{padding:.6rem .8rem;min-width:0}
        dt{color:var(--soft);font-size:.85rem}
        dd{margin:0;font-size:1.25rem;font-weight:600;line-height:1.3;overflow-wrap:anywhere}
        .times dd{font-size:1.05rem}
        .age{display:block;color:var(--soft);font-size:.85rem;font-weight:400}
        section{padding:1rem;margin:0 0 1rem;min-width:0}
        .pair{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,22rem),1fr));gap:0 1rem;align-items:start}
        .chart{display:grid;grid-template-columns:3.25rem minmax(0,1fr);gap:.5rem;margin:.5rem 0}
        svg{display:block;overflow:visible}
        .grid{stroke:var(--line)}.axis{stroke:var(--axis)}
        .tick{fill:var(--soft);font-size:.75rem}
        rect{shape-rendering:geometricPrecision}
        rect.s0{fill:var(--s0)}rect.s1{fill:var(--s1)}rect.s2{fill:var(--s2)}rect.s3{fill:var(--s3)}rect.s4{fill:var(--s4)}\
        rect.s5{fill:var(--s5)}
        .legend{display:flex;flex-wrap:wrap;gap:.15rem 1rem;list-style:none;margin:.5rem 0 0;padding:0;font-size:.875rem}
        .swatch{display:inline-block;width:.75rem;height:.75rem;border-radius:.15rem;margin-right:.4rem}
        .swatch.s0{background:var(--s0)}.swatch.s1{background:var(--s1)}.swatch.s2{background:var(--s2)}\
        .swatch.s3{background:var(--s3)}.swatch.s4{background:var(--s4)}.swatch.s5{background:var(--s5)}
        .total{color:var(--soft)}
        summary{cursor:pointer;color:var(--s0);padding:.25rem 0;width:fit-content}
        .scroll{overflow-x:auto;max-width:100%}
        details .scroll{max-height:24rem;overflow:auto}
        table{border-collapse:collapse;width:100%;font-size:.875rem}
        caption{text-align:left;color:var(--soft);padding:.25rem 0}
        .unseen{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
        th,td{text-align:left;padding:.3rem .75rem .3rem 0;border-bottom:1px solid var(--line);vertical-align:top}
        th{color:var(--soft);font-weight:600;white-space:nowrap}
        th:last-child,td:last-child{padding-right:0}
        .number{text-align:right;white-space:nowrap}
        td.text{white-space:nowrap}
        td.title{min-width:9rem;overflow-wrap:anywhere;overflow:clip}
        .bars{width:22%;min-width:3rem;vertical-align:middle}
        .bar{display:block;height:.7rem;min-width:1px;border-radius:.1rem;background:var(--s0)}
        footer{padding:.5rem 1rem 2rem;color:var(--soft);font-size:.875rem}
        @media (max-width:30rem){.counts{grid-template-columns:repeat(2,minmax(0,1fr))}section .bars{display:none}h1{font-size:1.5rem}dd{font-size:1.1rem}}
        @media (forced-colors:active){.bar,.swatch,rect{forced-color-adjust:none}}
        @media print{:root{--page:#fff;--card:#fff;--ink:#000;--soft:#444;--line:#ccc;--axis:#777;\
        --s0:#0b61a4;--s1:#d1620b;--s2:#00806a;--s3:#8a3f8f;--s4:#8f6b00;--s5:#78818a;color-scheme:light}
        body{font-size:10pt}.counts{grid-template-columns:repeat(6,1fr)}nav,.skip,details{display:none}header,main,footer{max-width:none;padding:0}
        section,dl div{break-inside:avoid;border-color:#ccc}.scroll{overflow:visible}
        rect,.bar,.swatch{-webkit-print-color-adjust:exact;print-color-adjust:exact}}
        """
}
