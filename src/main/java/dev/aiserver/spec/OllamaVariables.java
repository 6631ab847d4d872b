package dev.aiserver.spec;

import dev.aiserver.value.GoDuration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The environment variables that Ollama reads, and the values that it accepts. Ollama itself silently replaces an invalid
 * value by its default. Source: envconfig/config.go and docs/faq.mdx of Ollama 0.33.
 *
 * <p>An empty value always means Ollama's own default.
 */
public final class OllamaVariables {

    /** Sets the models folder. */
    public static final String MODELS = "OLLAMA_MODELS";

    /** Disables Ollama's cloud models, from 0.16.2 on. */
    public static final String NO_CLOUD = "OLLAMA_NO_CLOUD";

    /** The values that Go parses as false. */
    private static final Set<String> OFF = Set.of("0", "f", "F", "false", "False", "FALSE");

    /** Sets the web pages that Ollama itself accepts. The proxy has its own list. */
    static final String ORIGINS = "OLLAMA_ORIGINS";

    private static final Pattern NAME = Pattern.compile("[A-Z_][A-Z0-9_]*");
    private static final Pattern CONTROL = Pattern.compile("\\p{Cntrl}");

    /** Variables that a configuration cannot set, and why. */
    private static final Map<String, String> FIXED = Map.of(
            "OLLAMA_HOST",
            "it is always 127.0.0.1, so that other devices reach Ollama only through the proxy; use ollama.port for the port",
            ORIGINS,
            "the proxy decides which web pages may send requests; use proxy.origins, with the endpoint set browser",
            "OLLAMA_DEBUG_LOG_REQUESTS",
            "it would write every prompt to disk",
            "HOME",
            "it is always the home directory of the user who installs",
            "PATH",
            "aiserver sets it so that Ollama finds its helper programs");

    /**
     * The values that a variable accepts.
     *
     * @param expected what the value has to be, as a phrase that follows "is not"
     */
    private record Kind(String expected, Predicate<String> accepts) {
        static Kind of(String expected, String pattern) {
            return new Kind(expected, Pattern.compile(pattern).asMatchPredicate());
        }
    }

    private static final Kind SWITCH =
            Kind.of("a switch; write 1 or 0", "1|t|T|true|True|TRUE|0|f|F|false|False|FALSE");
    private static final Kind NUMBER = Kind.of("a whole number; write one such as 4", "\\d{1,18}");
    private static final Kind BYTES =
            Kind.of("a number of bytes; write one such as 1073741824 for one GiB", "\\d{1,18}");
    private static final Kind DURATION = new Kind(
            "a duration; write one such as 30m or 24h, a number of seconds, or -1 for no limit",
            value -> GoDuration.orSeconds(value).isPresent());
    private static final Kind FOLDER =
            Kind.of("the absolute path of a folder; write one such as /Volumes/models", "/.*");
    private static final Kind DEVICES = Kind.of("a list of devices; write one such as 0,1", "[A-Za-z0-9_.,:-]*");

    private static final Map<String, Kind> KINDS = kinds();

    private static Map<String, Kind> kinds() {
        Map<String, Kind> kinds = new HashMap<>();
        Stream.of(
                        NO_CLOUD,
                        "OLLAMA_FLASH_ATTENTION",
                        "OLLAMA_GO_TEMPLATE",
                        "OLLAMA_NEW_ENGINE",
                        "OLLAMA_NEW_ESTIMATES",
                        "OLLAMA_MULTIUSER_CACHE",
                        "OLLAMA_SCHED_SPREAD",
                        "OLLAMA_NOPRUNE",
                        "OLLAMA_NOHISTORY",
                        "OLLAMA_IGPU_ENABLE",
                        "OLLAMA_VULKAN",
                        "OLLAMA_INTEL_GPU")
                .forEach(name -> kinds.put(name, SWITCH));
        Stream.of(
                        "OLLAMA_NUM_PARALLEL",
                        "OLLAMA_MAX_LOADED_MODELS",
                        "OLLAMA_MAX_QUEUE",
                        "OLLAMA_MAX_TRANSFER_STREAMS",
                        "OLLAMA_CONTEXT_LENGTH")
                .forEach(name -> kinds.put(name, NUMBER));
        Stream.of("OLLAMA_GPU_OVERHEAD", "OLLAMA_MAX_VRAM").forEach(name -> kinds.put(name, BYTES));
        Stream.of("OLLAMA_KEEP_ALIVE", "OLLAMA_LOAD_TIMEOUT").forEach(name -> kinds.put(name, DURATION));
        Stream.of(
                        "CUDA_VISIBLE_DEVICES",
                        "HIP_VISIBLE_DEVICES",
                        "ROCR_VISIBLE_DEVICES",
                        "GGML_VK_VISIBLE_DEVICES",
                        "GPU_DEVICE_ORDINAL",
                        "HSA_OVERRIDE_GFX_VERSION")
                .forEach(name -> kinds.put(name, DEVICES));
        kinds.put(MODELS, FOLDER);
        // From level 2 on, Ollama writes prompts and responses to its log.
        kinds.put(
                "OLLAMA_DEBUG",
                new Kind("0 or 1; write one of them, because from level 2 on Ollama logs prompts", SWITCH.accepts()));
        kinds.put("OLLAMA_KV_CACHE_TYPE", Kind.of("f16, q8_0 or q4_0; write one of them", "(?i:f16|q8_0|q4_0)"));
        // With a path, Ollama would load a library from any folder.
        kinds.put(
                "OLLAMA_LLM_LIBRARY",
                Kind.of("the name of one of Ollama's libraries; write one such as metal", "\\w+"));
        kinds.put("LLAMA_ARG_FIT", Kind.of("on or off; write one of them", "on|off"));
        kinds.put("LLAMA_ARG_FIT_TARGET", Kind.of("a number of MiB; write one such as 1024", "\\d{1,9}(?:,\\d{1,9})*"));
        kinds.put(
                "HTTPS_PROXY",
                Kind.of(
                        "the URL of a proxy; write one such as http://proxy.example.com:3128",
                        "(?i:(?:https?|socks5h?)://)?[A-Za-z0-9_.\\[\\]-][A-Za-z0-9_.:\\[\\]-]*(?:[/?#](?!/)\\S*)?"));
        kinds.put(
                "NO_PROXY",
                Kind.of("a list of hosts; write one such as .example.com,10.0.0.0/8", "[A-Za-z0-9_.,:*/@\\[\\] -]*"));
        return Map.copyOf(kinds);
    }

    /** Why these variables are not on the list of safe ones. */
    private static final Map<String, String> UNSAFE_REASONS = Map.of(
            "HTTP_PROXY", "Ollama downloads models over HTTPS only; use HTTPS_PROXY",
            "OLLAMA_REMOTES", "it names servers that prompts may be sent to",
            "OLLAMA_CLOUD_BASE_URL", "it names the server that prompts may be sent to");

    private static final String READABLE = ", which others could read in the property list, the receipt and the plan; ";
    private static final String KEEP_PRIVATE = "remove it, and keep it in a file that only you can read";

    private OllamaVariables() {}

    /** Returns whether Ollama reads this value of a switch as off. An empty value means Ollama's default, not off. */
    public static boolean isOff(String value) {
        return OFF.contains(value);
    }

    /**
     * Returns what is wrong with a variable of {@code ollama.environment}, or empty if Ollama accepts it.
     *
     * @param shown the variable's name in the message
     * @return a sentence without its full stop, which never contains a secret
     */
    public static Optional<String> problem(String shown, String name, String value) {
        return unsafeProblem(shown, name, value).or(() -> {
            Kind kind = KINDS.get(name);
            if (kind == null) {
                return Optional.of(shown + " is not an Ollama variable that is known to be safe"
                        + Optional.ofNullable(UNSAFE_REASONS.get(name))
                                .map(why -> " (" + why + ")")
                                .orElse("")
                        + "; if you need it, set it under ollama.unsafe-environment, where values are not checked");
            }
            return value.isEmpty() || kind.accepts().test(value)
                    ? Optional.empty()
                    : Optional.of(shown + ": \"" + printable(value) + "\" is not " + kind.expected());
        });
    }

    /**
     * Returns what is wrong with a variable of {@code ollama.unsafe-environment}, or empty. Any variable is accepted except
     * those that would break aiserver's security promises.
     */
    public static Optional<String> unsafeProblem(String shown, String name, String value) {
        if (!NAME.matcher(name).matches()) {
            return Optional.of(
                    shown + " is not a valid environment variable name; use capitals, digits and underscores");
        }
        return fixedProblem(shown, name)
                .or(() -> secretProblem(shown, name, value))
                .or(() -> CONTROL.matcher(value).find()
                        ? Optional.of(shown + " contains a control character; write it on one line")
                        : Optional.empty());
    }

    /** Returns why a variable cannot be set at all, or empty if it can. */
    public static Optional<String> fixedProblem(String shown, String name) {
        return Optional.ofNullable(FIXED.get(name)).map(why -> shown + " cannot be set: " + why);
    }

    private static Optional<String> secretProblem(String shown, String name, String value) {
        if (Secrets.isSecretName(name)) {
            return Optional.of(shown + " looks like a secret by its name" + READABLE + KEEP_PRIVATE);
        }
        return Secrets.in(value)
                .map(what -> shown + " contains " + what + READABLE
                        + (what.endsWith("URL") ? "remove it, and use a proxy that does not need one" : KEEP_PRIVATE));
    }

    private static String printable(String text) {
        return text.length() > 60 ? text.substring(0, 60) + "…" : text;
    }
}
