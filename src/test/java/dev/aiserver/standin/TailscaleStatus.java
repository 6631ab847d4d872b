package dev.aiserver.standin;

/** Returns output of {@code tailscale status --json} for the stand-in's {@code tailscale.json}. */
public final class TailscaleStatus {
    private TailscaleStatus() {}

    /** Returns the status of a connected machine. */
    public static String running(String ipv4) {
        return status("Running", "\"" + ipv4 + "\", \"fd7a:115c:a1e0::5d01:2f3a\"", true);
    }

    /** Returns the status of a machine with Tailscale turned off; it still has its addresses. */
    public static String stopped(String ipv4) {
        return status("Stopped", "\"" + ipv4 + "\", \"fd7a:115c:a1e0::5d01:2f3a\"", false);
    }

    /** Returns the status of a machine that is not logged in to a tailnet. */
    public static String needsLogin() {
        return """
                {
                  "Version": "1.84.1-t2cbb7ebaa-g1f7c1dab7",
                  "TUN": true,
                  "BackendState": "NeedsLogin",
                  "HaveNodeKey": false,
                  "AuthURL": "",
                  "TailscaleIPs": null,
                  "Self": {
                    "ID": "",
                    "HostName": "mac-studio",
                    "DNSName": "",
                    "OS": "macOS",
                    "TailscaleIPs": null,
                    "Online": false
                  },
                  "Health": ["You are logged out. The last login error was: "],
                  "MagicDNSSuffix": "",
                  "CurrentTailnet": null,
                  "CertDomains": null,
                  "Peer": null,
                  "User": null
                }
                """;
    }

    private static String status(String state, String addresses, boolean online) {
        return """
                {
                  "Version": "1.84.1-t2cbb7ebaa-g1f7c1dab7",
                  "TUN": true,
                  "BackendState": "%s",
                  "HaveNodeKey": true,
                  "AuthURL": "",
                  "TailscaleIPs": [%s],
                  "Self": {
                    "ID": "nTESTaaaa1CNTRL",
                    "PublicKey": "nodekey:0000000000000000000000000000000000000000000000000000000000000000",
                    "HostName": "Mac Studio",
                    "DNSName": "mac-studio.tail1234.ts.net.",
                    "OS": "macOS",
                    "UserID": 1,
                    "TailscaleIPs": [%s],
                    "AllowedIPs": ["100.64.0.0/10"],
                    "Online": %s,
                    "ExitNode": false
                  },
                  "Health": [],
                  "MagicDNSSuffix": "tail1234.ts.net",
                  "CurrentTailnet": {
                    "Name": "ann@example.com",
                    "MagicDNSSuffix": "tail1234.ts.net",
                    "MagicDNSEnabled": true
                  },
                  "CertDomains": null,
                  "Peer": {},
                  "User": {}
                }
                """.formatted(state, addresses, addresses, online);
    }
}
