package dev.aiserver.verify;

/** What to do about an answer of Ollama that is not as it must be, by what was seen of it. */
final class Remedy {
    private static final String LOG = "read Ollama's log on the server, where it says why";

    private Remedy() {}

    /** @param status of the answer; Ollama gives errors of its own, and of models it does not know, in JSON */
    static String of(int status) {
        if (status == 404 || status == 405) {
            return "this Ollama does not know the request: \"brew upgrade ollama\" on the server";
        }
        if (status == 503 || status == 429) {
            return "the server is busy or Ollama does not run: see \"aiserver status\" there, then verify again";
        }
        if (status >= 500) {
            return LOG + "; where memory is short, a smaller model or a shorter OLLAMA_CONTEXT_LENGTH helps";
        }
        return status == 200
                ? "verify again with another model, as one from \"aiserver warm-models llama3.2\": if that passes, it is"
                        + " this model's way of answering, else " + LOG
                : LOG;
    }
}
