package dev.aiserver.report;

import dev.aiserver.server.ExistingService;
import dev.aiserver.server.ExistingService.Origin;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** What was here before an installation, in words. */
public final class ExistingServicesText {
    private static final String COMES_BACK = " and comes back with \"aiserver uninstall\".";

    private ExistingServicesText() {}

    /** A sentence for each installation or service. */
    public static List<String> of(List<ExistingService> earlier) {
        List<String> sentences = new ArrayList<>();
        String scripts = earlier.stream()
                .filter(service -> service.origin() == Origin.SHELL_SCRIPTS)
                .map(service -> service.label() + ", " + doing(service))
                .collect(Collectors.joining("; "));
        if (!scripts.isEmpty()) {
            sentences.add("Found here: an installation by the old shell scripts (" + scripts + "); it will be replaced"
                    + COMES_BACK);
        }
        earlier.stream()
                .filter(service -> service.origin() != Origin.SHELL_SCRIPTS)
                .map(service -> "Found here: " + service.program().title() + " as " + kind(service) + ", "
                        + doing(service) + "; it will be stopped" + COMES_BACK)
                .forEach(sentences::add);
        return sentences.stream().map(Controls::inLine).toList();
    }

    private static String kind(ExistingService service) {
        if (service.origin() == Origin.HOMEBREW) {
            return "a Homebrew service (" + service.label() + ")";
        }
        Path file = service.plist().getFileName();
        return "an agent of your own (" + service.label() + ", from " + file + ")";
    }

    private static String doing(ExistingService service) {
        if (!service.addresses().isEmpty()) {
            return "listening on " + String.join(" and ", service.addresses());
        }
        return service.job().isEmpty() ? "not loaded" : "loaded";
    }
}
