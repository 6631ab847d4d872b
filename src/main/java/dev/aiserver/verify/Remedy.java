package dev.aiserver.verify;

/** Chooses the fix for a wrong response from Ollama by the response's status. */
final class Remedy {
    private static final String LOG = "read Ollama's log on the server for the reason";

    private Remedy() {}

    /** @param status HTTP status of the response; Ollama reports its own errors and unknown models in JSON */
    static String of(int status) {
        if (status == 404 || status == 405) {
            return "this version of Ollama does not support the request: run \"brew upgrade ollama\" on the server";
        }
        if (status == 503 || status == 429) {
            return "the server is busy or Ollama is not running: run \"aiserver status\" on the server, then verify "
                    + "again";
        }
        if (status >= 500) {
            return LOG + "; if memory is short, use a smaller model or a shorter OLLAMA_CONTEXT_LENGTH";
        }
        return status == 200
                ? "verify again with another model (\"aiserver warm-models llama3.2\"): if that passes, the cause "
                        + "is this model; otherwise " + LOG
                : LOG;
    }
}
