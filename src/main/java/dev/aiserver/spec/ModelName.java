package dev.aiserver.spec;

import java.util.Locale;
import java.util.regex.Pattern;

/** Checks and normalizes model names: {@code [host/][namespace/]model[:tag]}, as Ollama parses them. */
public final class ModelName {
    /** The rule without the limit of the length, as a regular expression, also in the syntax of ECMA-262. */
    static final String PATTERN =
            "(?:[A-Za-z0-9][A-Za-z0-9._:-]*/){0,2}[A-Za-z0-9_][A-Za-z0-9._-]*(?::[A-Za-z0-9_][A-Za-z0-9._-]*)?";

    private static final Pattern VALID = Pattern.compile(PATTERN);
    private static final int MAX_LENGTH = 255;

    private ModelName() {}

    public static boolean isValid(String name) {
        return name.length() <= MAX_LENGTH && VALID.matcher(name).matches();
    }

    /** Returns whether Ollama would run the model on ollama.com: its tag is {@code cloud} or ends in {@code -cloud}. */
    public static boolean isCloud(String name) {
        String tag = tag(name).toLowerCase(Locale.ROOT);
        return tag.equals("cloud") || tag.endsWith("-cloud");
    }

    /**
     * Returns the name as Ollama lists it: with its tag ({@code latest} if the name has none), and without the default
     * host and namespace.
     */
    public static String asListed(String name) {
        String tagged = tag(name).isEmpty() ? name + ":latest" : name;
        String hostless = withoutPrefix(tagged, "registry.ollama.ai/");
        boolean hasOtherHost = hostless.indexOf('/') != hostless.lastIndexOf('/');
        return hasOtherHost ? hostless : withoutPrefix(hostless, "library/");
    }

    private static String withoutPrefix(String name, String prefix) {
        return name.regionMatches(true, 0, prefix, 0, prefix.length()) ? name.substring(prefix.length()) : name;
    }

    private static String tag(String name) {
        int colon = name.indexOf(':', name.lastIndexOf('/') + 1);
        return colon < 0 ? "" : name.substring(colon + 1);
    }
}
