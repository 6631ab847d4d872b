package dev.aiserver.verify;

import dev.aiserver.net.HttpAnswer;

/** How answers are judged and shown. */
final class Answers {
    private static final int LONGEST = 40;

    private Answers() {}

    /** Whether the proxy made this answer itself, and says why: Ollama's answers never carry that header. */
    static boolean isFromProxy(HttpAnswer answer) {
        return !answer.header("x-aiserver").isEmpty();
    }

    static String shown(HttpAnswer answer) {
        String text = answer.text().strip().replaceAll("\\s+", " ");
        String by = isFromProxy(answer) ? " by the proxy (" + answer.header("x-aiserver") + ")" : "";
        return answer.status() + by + (text.isEmpty() ? "" : " " + text.substring(0, Math.min(LONGEST, text.length())));
    }
}
