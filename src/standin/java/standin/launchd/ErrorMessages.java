package standin.launchd;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Returns launchctl's error messages. */
final class ErrorMessages {
    private static final Map<String, String> USAGE = Map.of(
            "bootstrap", "<domain-target> [service-path, service-path2, ...]",
            "bootout",
                    "<domain-target> [service-path1, service-path2, ...] | <service-target>\n"
                            + "<service-target> takes a form of <domain-target>/<service-id>.",
            "kickstart", "[-k] [-p] <service-target>",
            "kill", "<signal-number|signal-name> <service-target>",
            "print", "<domain-target> | <service-target>",
            "print-disabled", "<domain-target>");

    private ErrorMessages() {}

    static String of(String verb, List<String> arguments, int code) {
        if (code == LaunchdError.USAGE.code) {
            return "Unrecognized target specifier.\nUsage: launchctl " + verb + " "
                    + USAGE.getOrDefault(verb, "<service-target>") + "\n";
        }
        Optional<Target> target =
                arguments.stream().map(Target::find).flatMap(Optional::stream).findFirst();
        String domain = target.map(Target::domainInWords).orElse("port");
        String label = target.map(Target::label).orElse("");
        if (code == LaunchdError.NO_SUCH_DOMAIN.code) {
            return "Could not find domain for " + domain + "\n";
        }
        if (code == LaunchdError.NO_SUCH_SERVICE.code) {
            return (verb.equals("print") ? "Bad request.\n" : "") + "Could not find service \"" + label
                    + "\" in domain for " + domain + "\n";
        }
        return withReason(verb, label, code);
    }

    private static String withReason(String verb, String label, int code) {
        String reason = code + ": " + LaunchdError.text(code) + "\n";
        String hint =
                code == LaunchdError.INPUT_OUTPUT.code ? "Try re-running the command as root for richer errors.\n" : "";
        return switch (verb) {
            case "bootstrap" -> "Bootstrap failed: " + reason + hint;
            case "bootout" -> "Boot-out failed: " + reason + hint;
            case "kickstart" ->
                code == LaunchdError.ALREADY_IN_PROGRESS.code
                        ? ""
                        : "Could not kickstart service \"" + label + "\": " + reason;
            case "print", "print-disabled" -> "Could not print domain: " + reason;
            default -> "Could not " + verb + " service: " + reason;
        };
    }
}
