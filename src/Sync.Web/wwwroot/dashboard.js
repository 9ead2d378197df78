// What a page needs of the browser beyond Blazor: the choice of colours, the time zone, the clipboard, and a new start where a circuit is lost for good.
"use strict";
(() => {
    const year = 31536000;

    const applyTheme = theme => {
        if (theme) document.documentElement.dataset.theme = theme;
        else delete document.documentElement.dataset.theme;
        document.cookie = `sync-theme=${theme};path=/;max-age=${theme ? year : 0};samesite=strict;secure`;
        showTheme();
    };

    const showTheme = () => {
        const now = document.documentElement.dataset.theme || "";
        for (const button of document.querySelectorAll("[data-set-theme]"))
            button.setAttribute("aria-pressed", String(button.dataset.setTheme === now));
    };

    document.addEventListener("click", event => {
        if (event.target.closest("[data-skip]")) document.getElementById("main").focus();
        const theme = event.target.closest("[data-set-theme]");
        if (theme) applyTheme(theme.dataset.setTheme);
        if (event.target.closest("[data-reconnect]")) Blazor.reconnect().then(done => { if (!done) location.reload(); });
        // The menu of narrow windows closes behind who chose.
        if (event.target.closest(".menu-body a")) document.querySelector("details.menu")?.removeAttribute("open");
    });

    document.addEventListener("components-reconnect-state-changed", event => {
        if (event.detail.state === "rejected") location.reload();
    });
    document.addEventListener("visibilitychange", () => {
        if (document.visibilityState === "visible" && document.querySelector(".components-reconnect-failed")) location.reload();
    });

    globalThis.syncDashboard = {
        // Asked by each page once, when its circuit has begun: what can be clicked works from here on.
        begin: () => {
            showTheme();
            document.documentElement.dataset.live = "yes";
            // Of the next page: it is told before there is a circuit.
            const zone = -new Date().getTimezoneOffset();
            document.cookie = `sync-zone=${zone};path=/;samesite=strict;secure`;
            return zone;
        },
        copy: text => navigator.clipboard.writeText(text).then(() => true, () => false),
    };
    showTheme();
})();
