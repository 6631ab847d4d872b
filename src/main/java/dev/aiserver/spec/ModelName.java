package dev.aiserver.spec;

import java.util.Locale;
import java.util.regex.Pattern;

/** What a model may be called: {@code [host/][namespace/]model[:tag]}, as Ollama reads it. */
public final class ModelName {
    private static final Pattern VALID = Pattern.compile(
            "(?:[A-Za-z0-9][A-Za-z0-9._:-]*/){0,2}[A-Za-z0-9_][A-Za-z0-9._-]*(?::[A-Za-z0-9_][A-Za-z0-9._-]*)?");
    private static final int LONGEST = 255;

    private ModelName() {}

    public static boolean isValid(String name) {
        return name.length() <= LONGEST && VALID.matcher(name).matches();
    }

    /** Whether Ollama would run it on ollama.com: the tag is {@code cloud} or ends in {@code -cloud}. */
    public static boolean isCloud(String name) {
        String tag = tag(name).toLowerCase(Locale.ROOT);
        return tag.equals("cloud") || tag.endsWith("-cloud");
    }

    /** As Ollama lists it: with its tag, {@code latest} when none is written, and without the usual host and namespace. */
    public static String asListed(String name) {
        String tagged = tag(name).isEmpty() ? name + ":latest" : name;
        String hostless = withoutStart(tagged, "registry.ollama.ai/");
        boolean ofHost = hostless.indexOf('/') != hostless.lastIndexOf('/');
        return ofHost ? hostless : withoutStart(hostless, "library/");
    }

    private static String withoutStart(String name, String start) {
        return name.regionMatches(true, 0, start, 0, start.length()) ? name.substring(start.length()) : name;
    }

    private static String tag(String name) {
        int colon = name.indexOf(':', name.lastIndexOf('/') + 1);
        return colon < 0 ? "" : name.substring(colon + 1);
    }
}
