package dev.aiserver.spec;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.yaml.snakeyaml.DumperOptions.FlowStyle;
import org.yaml.snakeyaml.DumperOptions.ScalarStyle;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;

/**
 * Upgrades the configuration in a receipt of an older version. Ollama checked the web pages that may send requests, by
 * {@code OLLAMA_ORIGINS}, before the proxy had its own list.
 */
final class OlderReceipt {
    private OlderReceipt() {}

    /** Moves the single web pages in {@code OLLAMA_ORIGINS} to {@code proxy.origins}. */
    static Settings upgraded(Settings settings) {
        Map<String, YamlValue> given = new HashMap<>(settings.given());
        for (ConfigurationKey<?> key :
                List.of(ConfigurationKeys.OLLAMA_ENVIRONMENT, ConfigurationKeys.OLLAMA_UNSAFE_ENVIRONMENT)) {
            settings.at(key).ifPresent(variables -> given.put(key.path(), withoutOrigins(variables)));
        }
        if (settings.own(ConfigurationKeys.PROXY_ORIGINS).isEmpty()) {
            settings.at(ConfigurationKeys.OLLAMA_ENVIRONMENT)
                    .map(variables -> VariablesType.values(variables).get(OllamaVariables.ORIGINS))
                    .ifPresent(origins -> given.put(ConfigurationKeys.PROXY_ORIGINS.path(), singlePages(origins)));
        }
        return new Settings(given, settings.base());
    }

    private static YamlValue withoutOrigins(YamlValue variables) {
        if (!(variables.node() instanceof MappingNode mapping)) {
            return variables;
        }
        Node kept = new MappingNode(
                Tag.MAP,
                true,
                mapping.getValue().stream()
                        .filter(entry -> !(entry.getKeyNode() instanceof ScalarNode name
                                && name.getValue().equals(OllamaVariables.ORIGINS)))
                        .toList(),
                mapping.getStartMark(),
                mapping.getEndMark(),
                FlowStyle.BLOCK);
        return new YamlValue(variables.file(), variables.name(), variables.key(), kept);
    }

    private static YamlValue singlePages(YamlValue origins) {
        Node node = origins.node();
        List<Node> pages = Stream.of(origins.text().split(","))
                .filter(origin ->
                        ConfigurationTypes.ORIGIN_PATTERN.matcher(origin).matches())
                .<Node>map(origin -> new ScalarNode(
                        Tag.STR, origin, node.getStartMark(), node.getEndMark(), ScalarStyle.DOUBLE_QUOTED))
                .toList();
        return new YamlValue(
                origins.file(),
                ConfigurationKeys.PROXY_ORIGINS.path(),
                origins.key(),
                new SequenceNode(Tag.SEQ, true, pages, node.getStartMark(), node.getEndMark(), FlowStyle.FLOW));
    }
}
