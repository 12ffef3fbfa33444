"""Machines that open links of mails, by the headers that they send."""

SCANNERS = {
    "barracuda": "Mozilla/5.0 (compatible; Barracuda Sentinel)",
    "proofpoint": "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Proofpoint URL Defense",
    "mimecast": "Mozilla/5.0 (compatible; Mimecast-URL-Protect)",
    "office": "Mozilla/4.0 (compatible; ms-office; MSOffice 16)",
    "outlook": "Microsoft Office/16.0 (Windows NT 10.0; Microsoft Outlook 16.0; Pro)",
    "bing preview": "Mozilla/5.0 (Windows NT 6.1; WOW64) AppleWebKit/534+ (KHTML, like Gecko) BingPreview/1.0b",
    "google": "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "image proxy": "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)",
    "slack": "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
    "facebook": "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
    "headless": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/138.0.0.0",
    "python": "python-requests/2.32.3",
    "curl": "curl/8.5.0",
    "go": "Go-http-client/2.0",
    "ironport": "Mozilla/5.0 (compatible; Cisco IronPort)",
    "nameless": "",
}

AHEAD = {
    "speculation rules": {"sec-purpose": "prefetch;prerender"},
    "link prefetch": {"sec-purpose": "prefetch"},
    "old chrome": {"purpose": "prefetch"},
    "old firefox": {"x-moz": "prefetch"},
    "safari's top sites": {"x-purpose": "preview"},
}
