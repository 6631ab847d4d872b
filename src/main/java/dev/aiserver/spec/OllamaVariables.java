package dev.aiserver.spec;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The environment variables that Ollama reads, with the values that it understands. Ollama itself takes a wrong value
 * for its default without a word that anyone would see. Source: envconfig/config.go and docs/faq.mdx of Ollama 0.33.
 *
 * <p>An empty value always means Ollama's own default.
 */
public final class OllamaVariables {

    /** The folder of the models. */
    public static final String MODELS = "OLLAMA_MODELS";

    /** Keeps Ollama from its cloud, from 0.16.2 on. */
    public static final String NO_CLOUD = "OLLAMA_NO_CLOUD";

    /** As Go reads a bool. */
    private static final Set<String> OFF = Set.of("0", "f", "F", "false", "False", "FALSE");

    /** The web pages that Ollama lets in by itself; the proxy has a list of its own. */
    static final String ORIGINS = "OLLAMA_ORIGINS";

    private static final Pattern NAME = Pattern.compile("[A-Z_][A-Z0-9_]*");
    private static final Pattern CONTROL = Pattern.compile("\\p{Cntrl}");

    /** Variables that are not the person's to set, and why. */
    private static final Map<String, String> FIXED = Map.of(
            "OLLAMA_HOST",
            "it is always 127.0.0.1, so that nothing but the proxy reaches Ollama; use ollama.port for the port",
            ORIGINS,
            "the proxy decides which web pages may ask; use proxy.origins, with the set browser",
            "OLLAMA_DEBUG_LOG_REQUESTS",
            "it would write every prompt to disk",
            "HOME",
            "it is the home of the user who installs",
            "PATH",
            "it is set so that Ollama finds its own parts");

    /**
     * The values that a variable takes.
     *
     * @param words that follow "is not"
     */
    private record Kind(String words, Predicate<String> takes) {
        static Kind of(String words, String pattern) {
            return new Kind(words, Pattern.compile(pattern).asMatchPredicate());
        }
    }

    private static final Kind SWITCH =
            Kind.of("a switch; write 1 or 0", "1|t|T|true|True|TRUE|0|f|F|false|False|FALSE");
    private static final Kind NUMBER = Kind.of("a whole number; write one such as 4", "\\d{1,18}");
    private static final Kind BYTES =
            Kind.of("a number of bytes; write one such as 1073741824, for one GiB", "\\d{1,18}");
    private static final Kind DURATION = new Kind(
            "a duration; write one such as 30m or 24h, a number of seconds, or -1 for no limit",
            value -> value.matches("[+-]?\\d{1,18}") || GoDuration.parse(value).isPresent());
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
        // Level 2 has Ollama write what is asked and answered to its log.
        kinds.put(
                "OLLAMA_DEBUG",
                new Kind("0 or 1; write one of them, because from 2 on Ollama logs what is asked", SWITCH.takes()));
        kinds.put("OLLAMA_KV_CACHE_TYPE", Kind.of("f16, q8_0 or q4_0; write one of them", "(?i:f16|q8_0|q4_0)"));
        // A path would load a library from anywhere.
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

    private static final Map<String, String> ELSEWHERE = Map.of(
            "HTTP_PROXY", "Ollama downloads models by HTTPS only; use HTTPS_PROXY",
            "OLLAMA_REMOTES", "it names the servers that prompts may be sent to",
            "OLLAMA_CLOUD_BASE_URL", "it names the server that prompts may be sent to");

    private static final String READABLE = ", which anyone could read in the property list, the receipt and the plan; ";
    private static final String APART = "leave it out, and keep it in a file that only you can read";

    private OllamaVariables() {}

    /** Whether Ollama takes this value of a switch for off; an empty one is not said. */
    public static boolean isOff(String value) {
        return OFF.contains(value);
    }

    /**
     * What is wrong with a variable of {@code ollama.environment}, nothing when Ollama takes it so.
     *
     * @param shown what the sentence calls it
     * @return a sentence without its full stop, which never holds a secret
     */
    public static Optional<String> problem(String shown, String name, String value) {
        return unsafeProblem(shown, name, value).or(() -> {
            Kind kind = KINDS.get(name);
            if (kind == null) {
                return Optional.of(shown + " is not a variable of Ollama that is known to be safe"
                        + Optional.ofNullable(ELSEWHERE.get(name))
                                .map(why -> " (" + why + ")")
                                .orElse("")
                        + "; if you need it, write it under ollama.unsafe-environment, where its value is not checked");
            }
            return value.isEmpty() || kind.takes().test(value)
                    ? Optional.empty()
                    : Optional.of(shown + ": \"" + printable(value) + "\" is not " + kind.words());
        });
    }

    /** The same of {@code ollama.unsafe-environment}: any variable, except those that would undo what aiserver promises. */
    public static Optional<String> unsafeProblem(String shown, String name, String value) {
        if (!NAME.matcher(name).matches()) {
            return Optional.of(shown + " is no name of an environment variable; use capitals, digits and underscores");
        }
        return fixedProblem(shown, name)
                .or(() -> secretProblem(shown, name, value))
                .or(() -> CONTROL.matcher(value).find()
                        ? Optional.of(shown + " holds a control character; write it on one line")
                        : Optional.empty());
    }

    /** What is wrong with a variable that cannot be set at all. */
    public static Optional<String> fixedProblem(String shown, String name) {
        return Optional.ofNullable(FIXED.get(name)).map(why -> shown + " cannot be set: " + why);
    }

    private static Optional<String> secretProblem(String shown, String name, String value) {
        if (Secrets.isSecretName(name)) {
            return Optional.of(shown + " is a secret by its name" + READABLE + APART);
        }
        return Secrets.in(value)
                .map(what -> shown + " holds " + what + READABLE
                        + (what.endsWith("URL") ? "leave that part out, and use a proxy that asks for none" : APART));
    }

    private static String printable(String text) {
        return text.length() > 60 ? text.substring(0, 60) + "…" : text;
    }
}
