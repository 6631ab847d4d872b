package dev.aiserver.cli;

import dev.aiserver.host.Content;
import dev.aiserver.host.FirstLine;
import dev.aiserver.host.UserError;
import dev.aiserver.spec.Inventory;
import dev.aiserver.spec.ServerSpec;
import dev.aiserver.spec.SpecReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/** Reads the file given with {@code --config}, which is always on the local machine. */
final class ConfigurationFile {
    private ConfigurationFile() {}

    /**
     * Returns the settings that the file has for one host.
     *
     * @param machine the host as given to {@code --host}; empty for the local machine
     * @throws UserError of kind CONFIGURATION if the file cannot be read or is not valid
     */
    static ServerSpec read(Path file, Optional<String> machine) {
        Inventory inventory = inventory(file);
        return machine.map(inventory::of).orElse(inventory.spec());
    }

    /**
     * Returns the whole file.
     *
     * @throws UserError of kind CONFIGURATION if the file cannot be read or is not valid
     */
    static Inventory inventory(Path file) {
        try {
            ByteBuffer bytes = ByteBuffer.wrap(Content.read(file).bytes());
            String text = StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
            return SpecReader.inventory(file.toString(), text);
        } catch (NoSuchFileException e) {
            throw new UserError(UserError.Kind.CONFIGURATION, "The configuration " + file + " does not exist.");
        } catch (CharacterCodingException e) {
            throw new UserError(
                    UserError.Kind.CONFIGURATION,
                    "The configuration " + file + " is not valid UTF-8; save it as UTF-8.");
        } catch (IOException e) {
            throw new UserError(
                    UserError.Kind.CONFIGURATION,
                    "The configuration " + file + " cannot be read: " + FirstLine.of(String.valueOf(e.getMessage()))
                            + ".");
        }
    }
}
