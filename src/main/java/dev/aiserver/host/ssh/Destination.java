package dev.aiserver.host.ssh;

import dev.aiserver.host.UserError;
import dev.aiserver.value.Port;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An SSH destination as you typed it.
 *
 * @param host a name, an address, or an alias that only the ssh configuration knows
 */
public record Destination(Optional<String> user, String host, Optional<Integer> port) {

    // A leading dash would be read as an option by ssh itself.
    private static final Pattern FORM = Pattern.compile(
            "(?:(?<user>[^-\\s][^\\s]*)@)?(?:\\[(?<address>[0-9A-Fa-f:.%\\w]+)]|(?<host>[^-\\s:@\\[\\]/][^\\s:@\\[\\]/]*))"
                    + "(?::(?<port>\\d{1,5}))?");

    private static final Pattern BARE_ADDRESS =
            Pattern.compile("(?:[^-\\s][^\\s]*@)?[0-9A-Fa-f]*:[0-9A-Fa-f]*:[^\\[\\]]*");

    /**
     * Reads {@code host}, {@code user@host}, {@code host:port}, {@code [address]:port}, {@code ssh://user@host:port}.
     *
     * @throws UserError when it is none of these
     */
    public static Destination parse(String typed) {
        String text =
                typed.startsWith("ssh://") ? typed.substring("ssh://".length()).replaceFirst("/$", "") : typed;
        if (BARE_ADDRESS.matcher(text).matches()) {
            int at = text.lastIndexOf('@') + 1;
            text = text.substring(0, at) + "[" + text.substring(at) + "]";
        }
        Matcher form = FORM.matcher(text);
        if (!form.matches()) {
            throw invalid(typed);
        }
        Optional<Integer> port = Optional.ofNullable(form.group("port")).map(Integer::valueOf);
        if (port.filter(number -> !Port.isValid(number)).isPresent()) {
            throw invalid(typed);
        }
        String address = form.group("address");
        return new Destination(
                Optional.ofNullable(form.group("user")), address == null ? form.group("host") : address, port);
    }

    private static UserError invalid(String typed) {
        return new UserError(
                UserError.Kind.CONFIGURATION,
                "\"" + typed + "\" is not a valid destination; use user@host, user@host:port, [address]:port"
                        + " or ssh://user@host:port.");
    }
}
