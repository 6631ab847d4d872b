package dev.aiserver.host.ssh;

import com.jcraft.jsch.UIKeyboardInteractive;
import com.jcraft.jsch.UserInfo;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Asks you for the password that the server requests, three times at most. */
final class PasswordPrompt implements UserInfo, UIKeyboardInteractive {
    private static final int ATTEMPTS = 3;

    private final String host;
    private final Prompter prompter;
    private int asked;
    private @Nullable String password;

    PasswordPrompt(String host, Prompter prompter) {
        this.host = host;
        this.prompter = prompter;
    }

    boolean wasAsked() {
        return asked > 0;
    }

    private Optional<String> ask(String prompt) {
        if (asked == ATTEMPTS) {
            return Optional.empty();
        }
        Optional<String> answer = prompter.secret(prompt).map(String::new);
        answer.ifPresent(any -> asked++);
        return answer;
    }

    @Override
    public boolean promptPassword(String message) {
        password = ask("Password for " + host + ": ").orElse(null);
        return password != null;
    }

    @Override
    public @Nullable String getPassword() {
        return password;
    }

    @Override
    public String @Nullable [] promptKeyboardInteractive(
            String destination, String name, String instruction, String[] prompts, boolean[] echo) {
        String[] answers = new String[prompts.length];
        for (int i = 0; i < prompts.length; i++) {
            Optional<String> answer = ask(host + ": " + prompts[i]);
            if (answer.isEmpty()) {
                return null;
            }
            answers[i] = answer.get();
        }
        return answers;
    }

    @Override
    public boolean promptPassphrase(String message) {
        return false;
    }

    @Override
    public @Nullable String getPassphrase() {
        return null;
    }

    @Override
    public boolean promptYesNo(String message) {
        return false;
    }

    @Override
    public void showMessage(String message) {
        // A login banner; it does not belong in aiserver's output.
    }
}
