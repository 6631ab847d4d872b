package dev.aiserver.report;

import dev.aiserver.existing.ExistingService;
import dev.aiserver.existing.ExistingService.Origin;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Describes the services that existed before an installation. */
public final class ExistingServicesText {
    private static final String RESTORED = ". \"aiserver uninstall\" restores it.";

    private ExistingServicesText() {}

    /** Returns one sentence for each installation or service. */
    public static List<String> of(List<ExistingService> existing) {
        List<String> sentences = new ArrayList<>();
        String scripts = existing.stream()
                .filter(service -> service.origin() == Origin.SHELL_SCRIPTS)
                .map(service -> service.label() + ", " + state(service))
                .collect(Collectors.joining("; "));
        if (!scripts.isEmpty()) {
            sentences.add(
                    "Found an installation by the old shell scripts (" + scripts + "). It will be replaced" + RESTORED);
        }
        existing.stream()
                .filter(service -> service.origin() != Origin.SHELL_SCRIPTS)
                .map(service -> "Found " + service.program().title() + " as " + kind(service) + ", " + state(service)
                        + ". It will be stopped" + RESTORED)
                .forEach(sentences::add);
        return sentences.stream().map(Controls::inLine).toList();
    }

    private static String kind(ExistingService service) {
        if (service.origin() == Origin.HOMEBREW) {
            return "a Homebrew service (" + service.label() + ")";
        }
        Path file = service.plist().getFileName();
        return "a launch agent (" + service.label() + ", from " + file + ")";
    }

    private static String state(ExistingService service) {
        if (!service.addresses().isEmpty()) {
            return "listening on " + String.join(" and ", service.addresses());
        }
        return service.job().isEmpty() ? "not loaded" : "loaded";
    }
}
